package ai.stigmer.graphton.journal;

import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.Beginning;
import ai.stigmer.graphton.event.AgentEvent.TurnEnd;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelFailure;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;

/**
 * The JSON form of events, for whoever follows a run from another process. What an event shares
 * with an entry looks as it does there.
 *
 * <p>Thread contract: static methods only.
 */
public final class EventCodec {
  private EventCodec() {}

  /** One line of ASCII JSON. */
  public static String encode(AgentEvent event) {
    return EntryCodec.ascii(json(event));
  }

  private static ObjectNode json(AgentEvent event) {
    return switch (event) {
      case AgentEvent.RunStarted e ->
          EntryCodec.object("run-started")
              .put("run", e.runId())
              .put("seq", e.seq())
              .put("beginning", e.beginning().name());
      case AgentEvent.TurnStarted e -> turn("turn-started", e.turn());
      case AgentEvent.TextDelta e -> turn("text", e.turn()).put("text", e.text());
      case AgentEvent.ThinkingDelta e -> turn("thinking", e.turn()).put("text", e.text());
      case AgentEvent.Retrying e -> retrying(e);
      case AgentEvent.ModelSwitched e ->
          turn("model-switched", e.turn())
              .put("from", e.from())
              .put("to", e.to())
              .put("why", e.why())
              .put("seq", e.seq())
              .put("discarded", e.discarded());
      case AgentEvent.TurnFinished e -> turnFinished(e);
      case AgentEvent.ApprovalRequested e ->
          request("approval-requested", e.request()).put("seq", e.seq());
      case AgentEvent.ApprovalDecided e -> {
        ObjectNode node =
            request("approval-decided", e.request()).put("by", e.by()).put("seq", e.seq());
        // Apart: an edited call has arguments of its own.
        ApprovalJson.put(node.putObject("decided"), e.decision());
        yield node;
      }
      case AgentEvent.Compacted e ->
          EntryCodec.object("compacted")
              .put("messages", e.messages())
              .put("before", e.before())
              .put("after", e.after())
              .put("window", e.window())
              .put("seq", e.seq());
      case AgentEvent.ToolStarted e -> EntryCodec.put(EntryCodec.object("tool-started"), e.call());
      case AgentEvent.ToolFinished e ->
          EntryCodec.put(EntryCodec.object("tool-finished"), e.call())
              .put("status", e.result().status().name())
              .put("text", e.result().text())
              .put("seq", e.seq());
      case AgentEvent.Child e -> {
        ObjectNode node =
            EntryCodec.object("child")
                .put("call", e.call())
                .put("run", e.runId())
                .put("agent", e.agent());
        node.set("event", json(e.event()));
        yield node;
      }
      case AgentEvent.Notice e ->
          EntryCodec.object("notice").put("code", e.code()).put("text", e.text());
      case AgentEvent.RunFinished e -> result(e.result());
    };
  }

  private static ObjectNode turn(String type, int turn) {
    return EntryCodec.object(type).put("turn", turn);
  }

  private static ObjectNode request(String type, ApprovalRequest request) {
    return ApprovalJson.put(EntryCodec.put(EntryCodec.object(type), request.call()), request);
  }

  private static ObjectNode retrying(AgentEvent.Retrying retrying) {
    ObjectNode node =
        turn("retrying", retrying.turn())
            .put("attempt", retrying.attempt())
            .put("of", retrying.of())
            .put("delay", retrying.delay().toMillis())
            .put("left", retrying.left().toMillis())
            .put("why", retrying.why())
            .put("discarded", retrying.discarded());
    node.set("failure", failure(retrying.failure()));
    return node;
  }

  private static ObjectNode failure(ModelFailure failure) {
    ObjectNode node =
        EntryCodec.withProblem(
            EntryCodec.object("failure")
                .put("provider", failure.provider())
                .put("status", failure.status())
                .put("kind", failure.kind().name()),
            failure.problem());
    failure.requestId().ifPresent(id -> node.put("requestId", id));
    failure.retryAfter().ifPresent(after -> node.put("retryAfter", after.toMillis()));
    EntryCodec.put(node.putObject("usage"), failure.usage());
    return node;
  }

  private static ObjectNode turnFinished(AgentEvent.TurnFinished finished) {
    ObjectNode node = turn("turn-finished", finished.turn());
    switch (finished.end()) {
      case TurnEnd.Answered answered -> {
        node.put("end", "answered").put("seq", answered.seq());
        node.set("answer", EntryCodec.turn(answered.turn()));
      }
      case TurnEnd.Failed failed -> {
        node.put("end", "failed");
        node.set("failure", failure(failed.failure()));
      }
      case TurnEnd.Cancelled _ -> node.put("end", "cancelled");
    }
    return node;
  }

  private static ObjectNode result(RunResult result) {
    ObjectNode node =
        EntryCodec.object("run-finished").put("run", result.runId()).put("turns", result.turns());
    node.set("end", end(result.end()));
    EntryCodec.put(node.putObject("usage"), result.usage());
    var spent = node.putArray("spent");
    for (TurnUsage one : result.spent()) {
      EntryCodec.put(
          spent.addObject().put("provider", one.provider()).put("model", one.model()), one.usage());
    }
    return node;
  }

  /** Ends that a journal does not hold are ends of an event all the same. */
  private static ObjectNode end(RunEnd end) {
    return switch (end) {
      case RunEnd.Waiting waiting ->
          EntryCodec.withProblem(
              EntryCodec.object("run-finished")
                  .put("end", "waiting")
                  .put("text", waiting.text())
                  .put("approval", waiting.approval()),
              waiting.problem());
      case RunEnd.Yielded yielded -> {
        ObjectNode node =
            EntryCodec.object("run-finished").put("end", "yielded").put("text", yielded.text());
        yielded.awaited().ifPresent(run -> node.put("awaited", run));
        yield node;
      }
      case RunEnd.Completed _, RunEnd.Stopped _, RunEnd.Failed _, RunEnd.Cancelled _ ->
          EntryCodec.end(end);
    };
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws ProblemException {@code E507} when its type is unknown, {@code E503} when it is no
   *     event
   */
  public static AgentEvent decode(String text) {
    try {
      return event(EntryCodec.tree(text));
    } catch (IllegalArgumentException e) {
      throw EntryCodec.damaged(String.valueOf(e.getMessage()));
    }
  }

  private static AgentEvent event(JsonNode node) {
    String type = EntryCodec.text(node, "type");
    int turn = node.path("turn").asInt();
    long seq = node.path("seq").asLong();
    return switch (type) {
      case "run-started" ->
          new AgentEvent.RunStarted(
              EntryCodec.text(node, "run"),
              seq,
              Beginning.valueOf(EntryCodec.text(node, "beginning")));
      case "turn-started" -> new AgentEvent.TurnStarted(turn);
      case "text" -> new AgentEvent.TextDelta(turn, EntryCodec.text(node, "text"));
      case "thinking" -> new AgentEvent.ThinkingDelta(turn, EntryCodec.text(node, "text"));
      case "retrying" -> readRetrying(node);
      case "model-switched" ->
          new AgentEvent.ModelSwitched(
              turn,
              EntryCodec.text(node, "from"),
              EntryCodec.text(node, "to"),
              EntryCodec.text(node, "why"),
              seq,
              node.path("discarded").asLong());
      case "turn-finished" -> new AgentEvent.TurnFinished(turn, readTurnEnd(node));
      case "approval-requested" -> new AgentEvent.ApprovalRequested(readRequest(node), seq);
      case "approval-decided" ->
          new AgentEvent.ApprovalDecided(
              readRequest(node),
              ApprovalJson.decision(node.path("decided")),
              EntryCodec.text(node, "by"),
              seq);
      case "compacted" ->
          new AgentEvent.Compacted(
              node.path("messages").asInt(),
              node.path("before").asLong(),
              node.path("after").asLong(),
              node.path("window").asLong(),
              seq);
      case "tool-started" -> new AgentEvent.ToolStarted(EntryCodec.readCall(node));
      case "tool-finished" ->
          new AgentEvent.ToolFinished(
              EntryCodec.readCall(node),
              new ToolResult(
                  ToolResult.Status.valueOf(EntryCodec.text(node, "status")),
                  EntryCodec.text(node, "text")),
              seq);
      case "child" ->
          new AgentEvent.Child(
              EntryCodec.text(node, "call"),
              EntryCodec.text(node, "run"),
              EntryCodec.text(node, "agent"),
              event(node.path("event")));
      case "notice" ->
          new AgentEvent.Notice(EntryCodec.text(node, "code"), EntryCodec.text(node, "text"));
      case "run-finished" -> new AgentEvent.RunFinished(readResult(node));
      default -> throw EntryCodec.unknownType(type);
    };
  }

  private static ApprovalRequest readRequest(JsonNode node) {
    return ApprovalJson.request(node, EntryCodec.readCall(node));
  }

  private static AgentEvent.Retrying readRetrying(JsonNode node) {
    return new AgentEvent.Retrying(
        node.path("turn").asInt(),
        node.path("attempt").asInt(),
        node.path("of").asInt(),
        Duration.ofMillis(node.path("delay").asLong()),
        Duration.ofMillis(node.path("left").asLong()),
        EntryCodec.text(node, "why"),
        readFailure(node.path("failure")),
        node.path("discarded").asLong());
  }

  private static ModelFailure readFailure(JsonNode node) {
    return new ModelFailure(
        EntryCodec.text(node, "provider"),
        node.path("status").asInt(),
        ModelFailure.Kind.valueOf(EntryCodec.text(node, "kind")),
        Optional.ofNullable(node.get("requestId")).map(JsonNode::asText),
        Optional.ofNullable(node.get("retryAfter")).map(JsonNode::asLong).map(Duration::ofMillis),
        EntryCodec.readProblem(node),
        EntryCodec.readUsage(node.path("usage")));
  }

  private static TurnEnd readTurnEnd(JsonNode node) {
    String end = EntryCodec.text(node, "end");
    return switch (end) {
      case "answered" ->
          new TurnEnd.Answered(EntryCodec.readTurn(node.path("answer")), node.path("seq").asLong());
      case "failed" -> new TurnEnd.Failed(readFailure(node.path("failure")));
      case "cancelled" -> new TurnEnd.Cancelled();
      default -> throw new IllegalArgumentException("unknown end \"" + end + "\"");
    };
  }

  private static RunResult readResult(JsonNode node) {
    var spent = new ArrayList<TurnUsage>();
    for (JsonNode one : node.path("spent")) {
      spent.add(
          new TurnUsage(
              EntryCodec.text(one, "provider"),
              EntryCodec.text(one, "model"),
              EntryCodec.readUsage(one)));
    }
    Usage usage = EntryCodec.readUsage(node.path("usage"));
    return new RunResult(
        EntryCodec.text(node, "run"),
        readEnd(node.path("end")),
        node.path("turns").asInt(),
        usage,
        spent);
  }

  private static RunEnd readEnd(JsonNode node) {
    return switch (EntryCodec.text(node, "end")) {
      case "waiting" ->
          new RunEnd.Waiting(
              EntryCodec.text(node, "approval"),
              EntryCodec.text(node, "text"),
              EntryCodec.readProblem(node));
      case "yielded" ->
          new RunEnd.Yielded(
              EntryCodec.text(node, "text"),
              Optional.ofNullable(node.get("awaited")).map(JsonNode::asText));
      default -> EntryCodec.readEnd(node);
    };
  }

  /** One line of ASCII JSON. */
  public static String encode(Problem problem) {
    return EntryCodec.ascii(EntryCodec.withProblem(EntryCodec.object("problem"), problem));
  }

  /**
   * Reads what {@link #encode(Problem)} wrote.
   *
   * @throws ProblemException {@code E503} when it is none
   */
  public static Problem decodeProblem(String text) {
    try {
      return EntryCodec.readProblem(EntryCodec.tree(text));
    } catch (IllegalArgumentException e) {
      throw EntryCodec.damaged(String.valueOf(e.getMessage()));
    }
  }
}

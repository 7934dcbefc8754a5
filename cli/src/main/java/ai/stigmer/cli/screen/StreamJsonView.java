package ai.stigmer.cli.screen;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.TurnUsage;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * A run for programs that follow it: one JSON object per line on standard output, an {@code init}
 * line first, a {@code result} or {@code error} line last.
 */
public final class StreamJsonView implements RunView {
  /** What the command itself has to say: of its configuration, or of the run it goes on with. */
  private static final String NOTE = "W222";

  private final PrintStream out;
  private final PrintStream err;

  private ShownModel model = new ShownModel("", "");
  private final ArrayNode switches = JsonNodeFactory.instance.arrayNode();
  private int retries;
  private int denied;

  public StreamJsonView(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public void begin(ShownModel model, String startLine, String configuration) {
    this.model = model;
    err.println(startLine);
    err.flush();
    ObjectNode json = Json.object("init");
    json.set("model", model.json());
    json.put("start_line", startLine);
    json.putRawValue("configuration", new RawValue(configuration));
    print(json);
  }

  @Override
  public void note(String text) {
    print(Json.object("notice").put("code", NOTE).put("text", text));
  }

  @Override
  public void failed(Problem problem) {
    failed(List.of(problem), problem.category().exitStatus());
  }

  @Override
  public void failed(List<Problem> problems, int exit) {
    print(Json.error(problems, exit));
    problems.forEach(problem -> err.print(ProblemText.of(problem, Palette.PLAIN)));
    err.flush();
  }

  @Override
  public void accept(AgentEvent event) {
    print(json(event));
  }

  private ObjectNode json(AgentEvent event) {
    return switch (event) {
      case AgentEvent.RunStarted e ->
          Json.object("run_started")
              .put("run", e.runId())
              .put("seq", e.seq())
              .put("beginning", e.beginning().name().toLowerCase(Locale.ROOT));
      case AgentEvent.TurnStarted e -> Json.object("turn_started").put("turn", e.turn());
      case AgentEvent.TextDelta e ->
          Json.object("text").put("turn", e.turn()).put("text", e.text());
      case AgentEvent.ThinkingDelta e ->
          Json.object("thinking").put("turn", e.turn()).put("text", e.text());
      case AgentEvent.Retrying e -> retrying(e);
      case AgentEvent.ModelSwitched e -> switched(e);
      case AgentEvent.TurnFinished e -> turnFinished(e);
      case AgentEvent.ToolStarted e ->
          Json.object("tool_started")
              .put("call", e.call().id())
              .put("name", e.call().name())
              .put("arguments", e.call().arguments());
      case AgentEvent.ToolFinished e -> toolFinished(e);
      case AgentEvent.ApprovalRequested e ->
          ApprovalJson.of(Json.object("approval_requested"), e.request()).put("seq", e.seq());
      case AgentEvent.ApprovalDecided e ->
          ApprovalJson.of(Json.object("approval_decided"), e.decision())
              .put("approval", e.request().id())
              .put("by", e.by())
              .put("seq", e.seq());
      case AgentEvent.Child e -> child(e);
      case AgentEvent.Compacted e -> ContextJson.of(e);
      case AgentEvent.Notice e -> Json.object("notice").put("code", e.code()).put("text", e.text());
      case AgentEvent.RunFinished e -> result(e);
    };
  }

  /** The event of a sub-agent as it would stand by itself, but for an end without the totals. */
  private ObjectNode child(AgentEvent.Child child) {
    ObjectNode json =
        Json.object("child")
            .put("call", child.call())
            .put("run", child.runId())
            .put("agent", child.agent());
    json.set(
        "event",
        child.event() instanceof AgentEvent.RunFinished finished
            ? Json.result(finished.result(), model)
            : json(child.event()));
    return json;
  }

  private ObjectNode result(AgentEvent.RunFinished finished) {
    ObjectNode json = Json.result(finished.result(), model);
    json.put("retries", retries).put("denied", denied);
    json.set("model_switches", switches);
    return json;
  }

  private ObjectNode toolFinished(AgentEvent.ToolFinished finished) {
    denied += finished.result().status() == ToolResult.Status.DENIED ? 1 : 0;
    return Json.object("tool_finished")
        .put("call", finished.call().id())
        .put("name", finished.call().name())
        .put("status", finished.result().status().name().toLowerCase(Locale.ROOT))
        .put("text", finished.result().text())
        .put("seq", finished.seq());
  }

  private ObjectNode switched(AgentEvent.ModelSwitched switched) {
    ObjectNode fields = Json.switched(switched);
    switches.add(fields);
    ObjectNode json = Json.object("model_switched");
    json.setAll(fields);
    return json;
  }

  private ObjectNode retrying(AgentEvent.Retrying retrying) {
    retries++;
    ObjectNode json =
        Json.object("retrying")
            .put("turn", retrying.turn())
            .put("attempt", retrying.attempt())
            .put("of", retrying.of())
            .put("wait_ms", retrying.delay().toMillis())
            .put("left_ms", retrying.left().toMillis())
            .put("why", retrying.why())
            .put("discarded", retrying.discarded());
    json.set("error", Json.problem(retrying.failure().problem()));
    return json;
  }

  private static ObjectNode turnFinished(AgentEvent.TurnFinished finished) {
    ObjectNode json = Json.object("turn_finished").put("turn", finished.turn());
    return switch (finished.end()) {
      case AgentEvent.TurnEnd.Answered answered -> {
        json.put("status", "answered").put("seq", answered.seq());
        json.put("stop", answered.turn().stop().name().toLowerCase(Locale.ROOT));
        json.set("usage", Json.usage(answered.turn().usage()));
        Spending spending = Spending.of(List.of(TurnUsage.of(answered.turn())));
        json.set("cost", spending.json());
        spending.addTo(json);
        yield json;
      }
      case AgentEvent.TurnEnd.Failed failed -> {
        json.put("status", "failed");
        json.set("error", Json.problem(failed.failure().problem()));
        yield json;
      }
      case AgentEvent.TurnEnd.Cancelled _ -> json.put("status", "cancelled");
    };
  }

  private void print(ObjectNode json) {
    out.println(Json.line(json));
    out.flush();
  }
}

package ai.stigmer.graphton.journal;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry.ApprovalDecided;
import ai.stigmer.graphton.journal.JournalEntry.ApprovalRequested;
import ai.stigmer.graphton.journal.JournalEntry.AttemptFailed;
import ai.stigmer.graphton.journal.JournalEntry.ChildFinished;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.JournalEntry.Compacted;
import ai.stigmer.graphton.journal.JournalEntry.CompactionFailed;
import ai.stigmer.graphton.journal.JournalEntry.ModelSwitched;
import ai.stigmer.graphton.journal.JournalEntry.ResultKept;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalEntry.RunForked;
import ai.stigmer.graphton.journal.JournalEntry.RunResumed;
import ai.stigmer.graphton.journal.JournalEntry.RunStarted;
import ai.stigmer.graphton.journal.JournalEntry.ToolIntent;
import ai.stigmer.graphton.journal.JournalEntry.ToolOutcome;
import ai.stigmer.graphton.journal.JournalEntry.Turn;
import ai.stigmer.graphton.journal.JournalEntry.UserMessage;
import ai.stigmer.graphton.journal.JournalEntry.WorkspaceSaved;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.tool.EffectClass;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Journal entries as JSON text, the same in every store. An entry is an object with {@code "type"};
 * fields that this version does not know are passed over, a type that it does not know is refused.
 */
public final class EntryCodec {
  /** What was written can be read: the library's own limit on texts would refuse long ones. */
  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
              .build());

  private EntryCodec() {}

  /** One line of ASCII JSON. */
  public static String encode(JournalEntry entry) {
    return ascii(
        switch (entry) {
          case RunStarted started ->
              object("run-started")
                  .put("input", started.input())
                  .put("agent", started.agent())
                  .put("system", started.system())
                  .put("toolsHash", started.toolsHash())
                  .put("environment", started.environment());
          case RunResumed resumed -> object("run-resumed").put("owner", resumed.owner());
          case Turn turn -> turn(turn.turn());
          case ToolIntent intent -> intent(intent);
          case ToolOutcome outcome -> outcome(outcome);
          case ApprovalRequested requested ->
              ApprovalJson.put(
                  call("approval-requested", requested.request().call()), requested.request());
          case ApprovalDecided decided ->
              ApprovalJson.put(object("approval-decided"), decided.decision())
                  .put("approval", decided.approval())
                  .put("by", decided.by());
          case UserMessage message -> {
            ObjectNode node = object("user-message").put("text", message.text());
            yield message.number() == 0 ? node : node.put("number", message.number());
          }
          case ModelSwitched switched ->
              object("model-switched")
                  .put("from", switched.from())
                  .put("to", switched.to())
                  .put("why", switched.why());
          case ChildStarted child ->
              object("child-started")
                  .put("call", child.call())
                  .put("run", child.childRunId())
                  .put("agent", child.agent());
          case ChildFinished child -> childFinished(child);
          case RunForked forked ->
              object("run-forked").put("from", forked.from()).put("at", forked.at());
          case AttemptFailed failed -> spent(object("attempt-failed"), failed.spent());
          case Compacted compacted ->
              spent(CompactionJson.put(object("compacted"), compacted), compacted.spent());
          case CompactionFailed failed ->
              spent(object("compaction-failed").put("why", failed.why()), failed.spent());
          case ResultKept kept ->
              object("result-kept")
                  .put("call", kept.call())
                  .put("name", kept.name())
                  .put("text", kept.text());
          case WorkspaceSaved saved -> object("workspace-saved").put("snapshot", saved.snapshot());
          case RunFinished finished -> end(finished.end());
        });
  }

  private static ObjectNode intent(ToolIntent intent) {
    ObjectNode node = call("tool-intent", intent.call());
    node.put("effect", intent.effect().name());
    intent.prepared().ifPresent(prepared -> node.put("prepared", prepared));
    intent.approval().ifPresent(approval -> node.put("approval", approval));
    intent.before().ifPresent(before -> FileStateJson.put(node, before));
    return node;
  }

  private static ObjectNode outcome(ToolOutcome outcome) {
    ObjectNode node =
        call("tool-outcome", outcome.call())
            .put("status", outcome.result().status().name())
            .put("text", outcome.result().text());
    outcome.approval().ifPresent(approval -> node.put("approval", approval));
    return node;
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E507} when the entry's type is
   *     unknown, {@code E503} when the text is no entry
   */
  public static JournalEntry decode(String text) {
    try {
      return entry(tree(text));
    } catch (IllegalArgumentException e) {
      throw damaged(String.valueOf(e.getMessage()));
    }
  }

  private static JournalEntry entry(JsonNode node) {
    String type = text(node, "type");
    return switch (type) {
      case "run-started" ->
          new RunStarted(
              text(node, "input"),
              text(node, "agent"),
              text(node, "system"),
              text(node, "toolsHash"),
              text(node, "environment"));
      case "run-resumed" -> new RunResumed(text(node, "owner"));
      case "turn" -> new Turn(readTurn(node));
      case "tool-intent" ->
          new ToolIntent(
              readCall(node),
              EffectClass.valueOf(text(node, "effect")),
              optional(node, "prepared"),
              optional(node, "approval"),
              FileStateJson.read(node));
      case "tool-outcome" ->
          new ToolOutcome(
              readCall(node),
              new ToolResult(ToolResult.Status.valueOf(text(node, "status")), text(node, "text")),
              optional(node, "approval"));
      case "approval-requested" ->
          new ApprovalRequested(ApprovalJson.request(node, readCall(node)));
      case "approval-decided" ->
          new ApprovalDecided(
              text(node, "approval"), ApprovalJson.decision(node), text(node, "by"));
      case "user-message" -> new UserMessage(text(node, "text"), node.path("number").asInt());
      case "model-switched" ->
          new ModelSwitched(text(node, "from"), text(node, "to"), text(node, "why"));
      case "child-started" ->
          new ChildStarted(text(node, "call"), text(node, "run"), text(node, "agent"));
      case "child-finished" -> readChildFinished(node);
      case "run-forked" -> new RunForked(text(node, "from"), node.path("at").asLong());
      case "attempt-failed" -> new AttemptFailed(readSpent(node));
      case "compacted" -> CompactionJson.read(node, readSpent(node));
      case "compaction-failed" -> new CompactionFailed(text(node, "why"), readSpent(node));
      case "result-kept" ->
          new ResultKept(text(node, "call"), text(node, "name"), text(node, "text"));
      case "workspace-saved" -> new WorkspaceSaved(text(node, "snapshot"));
      case "run-finished" -> new RunFinished(readEnd(node));
      default -> throw unknownType(type);
    };
  }

  static ProblemException unknownType(String type) {
    return Problem.of(
            "E507",
            Category.STORE,
            "the journal holds an entry of type \"" + type + "\", which this version cannot read")
        .help("use the version of Stigmer that wrote it, or a later one")
        .asException();
  }

  static JsonNode tree(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw damaged("it is not JSON");
    }
  }

  static ObjectNode turn(ModelTurn turn) {
    ObjectNode node =
        object("turn")
            .put("provider", turn.provider())
            .put("model", turn.model())
            .put("raw", turn.raw())
            .put("stop", turn.stop().name());
    var blocks = node.putArray("blocks");
    for (Block block : turn.blocks()) {
      switch (block) {
        case Block.Text text -> blocks.addObject().put("text", text.text());
        case Block.Thinking thinking -> blocks.addObject().put("thinking", thinking.text());
        case Block.Call call -> put(blocks.addObject(), call.call());
      }
    }
    put(node.putObject("usage"), turn.usage());
    return node;
  }

  private static ObjectNode childFinished(ChildFinished child) {
    ObjectNode node = object("child-finished").put("run", child.childRunId());
    node.put("turns", child.turns());
    node.set("end", end(child.end()));
    var spent = node.putArray("spent");
    for (TurnUsage turn : child.spent()) {
      put(
          spent.addObject().put("provider", turn.provider()).put("model", turn.model()),
          turn.usage());
    }
    return node;
  }

  private static ChildFinished readChildFinished(JsonNode node) {
    var spent = new ArrayList<TurnUsage>();
    for (JsonNode turn : node.path("spent")) {
      spent.add(new TurnUsage(text(turn, "provider"), text(turn, "model"), readUsage(turn)));
    }
    return new ChildFinished(
        text(node, "run"), readEnd(node.path("end")), node.path("turns").asInt(), spent);
  }

  static void put(ObjectNode node, Usage usage) {
    node.put("input", usage.input())
        .put("output", usage.output())
        .put("cacheRead", usage.cacheRead())
        .put("cacheWrite", usage.cacheWrite())
        .put("reasoning", usage.reasoning());
  }

  private static ObjectNode spent(ObjectNode node, TurnUsage spent) {
    node.put("provider", spent.provider()).put("model", spent.model());
    put(node.putObject("usage"), spent.usage());
    return node;
  }

  private static TurnUsage readSpent(JsonNode node) {
    return new TurnUsage(
        text(node, "provider"), text(node, "model"), readUsage(node.path("usage")));
  }

  static Usage readUsage(JsonNode usage) {
    return new Usage(
        usage.path("input").asLong(),
        usage.path("output").asLong(),
        usage.path("cacheRead").asLong(),
        usage.path("cacheWrite").asLong(),
        usage.path("reasoning").asLong());
  }

  static ModelTurn readTurn(JsonNode node) {
    List<Block> blocks = new ArrayList<>();
    for (JsonNode block : node.path("blocks")) {
      if (block.has("text")) {
        blocks.add(new Block.Text(text(block, "text")));
      } else if (block.has("thinking")) {
        blocks.add(new Block.Thinking(text(block, "thinking")));
      } else {
        blocks.add(new Block.Call(readCall(block)));
      }
    }
    return new ModelTurn(
        text(node, "provider"),
        text(node, "model"),
        text(node, "raw"),
        blocks,
        readUsage(node.path("usage")),
        StopReason.valueOf(text(node, "stop")));
  }

  static ObjectNode end(RunEnd end) {
    ObjectNode node = object("run-finished").put("text", end.text());
    return switch (end) {
      case RunEnd.Completed completed -> node.put("end", "completed");
      case RunEnd.Cancelled cancelled -> node.put("end", "cancelled");
      case RunEnd.Failed failed -> withProblem(node.put("end", "failed"), failed.problem());
      case RunEnd.Waiting _, RunEnd.Yielded _ ->
          throw new IllegalArgumentException("a run that waits has not finished");
      case RunEnd.Stopped stopped ->
          withProblem(
              node.put("end", "stopped").put("limit", stopped.limit().name()), stopped.problem());
    };
  }

  static RunEnd readEnd(JsonNode node) {
    String text = text(node, "text");
    String end = text(node, "end");
    return switch (end) {
      case "completed" -> new RunEnd.Completed(text);
      case "cancelled" -> new RunEnd.Cancelled(text);
      case "failed" -> new RunEnd.Failed(readProblem(node), text);
      case "stopped" ->
          new RunEnd.Stopped(RunEnd.Limit.valueOf(text(node, "limit")), text, readProblem(node));
      default -> throw new IllegalArgumentException("unknown end \"" + end + "\"");
    };
  }

  static ObjectNode withProblem(ObjectNode node, Problem problem) {
    ObjectNode written =
        node.putObject("problem")
            .put("code", problem.code())
            .put("category", problem.category().name())
            .put("message", problem.message());
    var from = written.putArray("from");
    problem.from().forEach(from::add);
    var help = written.putArray("help");
    problem.help().forEach(help::add);
    return node;
  }

  static Problem readProblem(JsonNode node) {
    JsonNode problem = node.path("problem");
    return new Problem(
        text(problem, "code"),
        Category.valueOf(text(problem, "category")),
        text(problem, "message"),
        texts(problem.path("from")),
        texts(problem.path("help")));
  }

  private static ObjectNode call(String type, ToolCall call) {
    return put(object(type), call);
  }

  static ObjectNode put(ObjectNode node, ToolCall call) {
    return node.put("id", call.id()).put("tool", call.name()).put("arguments", call.arguments());
  }

  static ToolCall readCall(JsonNode node) {
    return new ToolCall(text(node, "id"), text(node, "tool"), text(node, "arguments"));
  }

  static ObjectNode object(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  private static Optional<String> optional(JsonNode node, String field) {
    return Optional.ofNullable(node.get(field)).map(JsonNode::asText);
  }

  static String text(JsonNode node, String field) {
    JsonNode value = node.get(field);
    if (value == null || !value.isTextual()) {
      throw new IllegalArgumentException("field \"" + field + "\" is missing");
    }
    return value.asText();
  }

  private static List<String> texts(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(node -> texts.add(node.asText()));
    return texts;
  }

  /**
   * Escapes what is not ASCII, lone surrogates included, so that no character set can lose
   * anything.
   */
  static String ascii(ObjectNode node) {
    try {
      return JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts and numbers is always JSON", e);
    }
  }

  static ProblemException damaged(String why) {
    return Problem.of("E503", Category.STORE, "the journal is damaged: an entry cannot be read")
        .from(why)
        .asException();
  }
}

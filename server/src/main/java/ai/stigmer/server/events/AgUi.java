package ai.stigmer.server.events;

import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.Usage;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/*
 * The journal alone decides what is told; text that streams is told ahead of its turn. When the turn is there, what was
 * told of it is made whole: the rest of the text, or another message in its place when the model had begun anew. The
 * events of an entry are a pure function of the entries before it, so a reader who comes back is told the same.
 */
/**
 * Events of the AG-UI protocol, folded from the journal of a run and the text that streams.
 *
 * <p>Not thread-safe.
 */
public final class AgUi {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String session;
  private final String id;
  private List<ObjectNode> events = new ArrayList<>();
  private int turns;
  private int begun;
  private Optional<String> open = Optional.empty();
  private String shown = "";
  private int attempt;
  private boolean isOver;

  /**
   * @param session the thread in the protocol's words
   * @param id the execution, which is its run
   */
  public AgUi(String session, String id) {
    this.session = session;
    this.id = id;
  }

  /** How many answers of the model the entries so far hold. */
  int turns() {
    return turns;
  }

  /** Whether the last entry says that the run is over. */
  boolean isOver() {
    return isOver;
  }

  /** What an entry tells; empty when it tells nobody anything. */
  List<ObjectNode> entry(Recorded recorded) {
    switch (recorded.entry()) {
      case JournalEntry.RunStarted started -> {
        begin();
        said(started.input(), recorded.seq());
      }
      case JournalEntry.RunForked _ -> {
        turns = 0;
        begin();
      }
      case JournalEntry.UserMessage message -> said(message.text(), recorded.seq());
      case JournalEntry.RunResumed _ -> resumed();
      case JournalEntry.Turn turn -> answered(turn.turn());
      case JournalEntry.ToolOutcome outcome -> result(outcome);
      case JournalEntry.ApprovalRequested asked ->
          custom("approval_requested", of(asked.request()));
      case JournalEntry.ApprovalDecided decided ->
          custom(
              "approval_decided",
              object().put("id", decided.approval()).put("decision", decided.decision().word()));
      case JournalEntry.ModelSwitched switched ->
          custom(
              "model_switched",
              object()
                  .put("from", switched.from())
                  .put("to", switched.to())
                  .put("why", switched.why()));
      case JournalEntry.ChildStarted child ->
          custom(
              "sub_agent_started",
              object()
                  .put("toolCallId", child.call())
                  .put("runId", child.childRunId())
                  .put("agent", child.agent()));
      case JournalEntry.ChildFinished child ->
          custom(
              "sub_agent_finished",
              object()
                  .put("runId", child.childRunId())
                  .put("end", child.end().getClass().getSimpleName()));
      case JournalEntry.Compacted compacted ->
          custom(
              "context_compacted",
              object().put("before", compacted.before()).put("after", compacted.after()));
      case JournalEntry.RunFinished finished -> over(finished.end());
      case JournalEntry.ToolIntent _,
          JournalEntry.AttemptFailed _,
          JournalEntry.CompactionFailed _,
          JournalEntry.ResultKept _,
          JournalEntry.WorkspaceSaved _ -> {}
    }
    return taken();
  }

  /** What the text of the turn after the last one is so far. */
  List<ObjectNode> streaming(String text) {
    if (!text.startsWith(shown)) {
      discard();
    }
    more(text);
    return taken();
  }

  /** An execution that ended without its run, or before it began. */
  List<ObjectNode> endedOutside(String phase, String error) {
    if (begun == 0) {
      begin();
    }
    if (phase.equals("EXECUTION_COMPLETED")) {
      finished("");
    } else {
      failed(error.isEmpty() ? phase : error, phase.equals("EXECUTION_CANCELLED"));
    }
    return taken();
  }

  private List<ObjectNode> taken() {
    List<ObjectNode> taken = events;
    events = new ArrayList<>();
    return taken;
  }

  private ObjectNode add(String type) {
    ObjectNode event = object().put("type", type);
    events.add(event);
    return event;
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private void custom(String name, ObjectNode value) {
    add("CUSTOM").put("name", name).set("value", value);
  }

  private void begin() {
    isOver = false;
    begun++;
    add("RUN_STARTED").put("threadId", session).put("runId", id);
  }

  private void resumed() {
    if (isOver) {
      begin();
    } else if (turns > 0) {
      custom("run_resumed", object());
    }
    discard();
  }

  private void said(String text, long seq) {
    message(id + "-user-" + seq, "user", text);
  }

  private void message(String message, String role, String text) {
    add("TEXT_MESSAGE_START").put("messageId", message).put("role", role);
    if (!text.isEmpty()) {
      add("TEXT_MESSAGE_CONTENT").put("messageId", message).put("delta", text);
    }
    add("TEXT_MESSAGE_END").put("messageId", message);
  }

  /** More of the open message, which is begun when there is none. */
  private void more(String text) {
    if (text.length() == shown.length()) {
      return;
    }
    if (open.isEmpty()) {
      open = Optional.of(messageId());
      add("TEXT_MESSAGE_START").put("messageId", messageId()).put("role", "assistant");
    }
    add("TEXT_MESSAGE_CONTENT")
        .put("messageId", messageId())
        .put("delta", text.substring(shown.length()));
    shown = text;
  }

  private String messageId() {
    return id + "-" + (turns + 1) + (attempt == 0 ? "" : "-" + attempt);
  }

  /** What was told of a turn does not count. */
  private void discard() {
    if (open.isPresent()) {
      add("TEXT_MESSAGE_END").put("messageId", open.get());
      custom("text_discarded", object().put("messageId", open.get()));
      open = Optional.empty();
      attempt++;
    }
    shown = "";
  }

  private void answered(ModelTurn turn) {
    if (!turn.text().startsWith(shown)) {
      discard();
    }
    String parent = messageId();
    thought(turn, parent);
    more(turn.text());
    open.ifPresent(message -> add("TEXT_MESSAGE_END").put("messageId", message));
    for (ToolCall call : turn.calls()) {
      add("TOOL_CALL_START")
          .put("toolCallId", call.id())
          .put("toolCallName", call.name())
          .put("parentMessageId", parent);
      add("TOOL_CALL_ARGS").put("toolCallId", call.id()).put("delta", call.arguments());
      add("TOOL_CALL_END").put("toolCallId", call.id());
    }
    Usage usage = turn.usage();
    custom(
        "usage",
        object()
            .put("provider", turn.provider())
            .put("model", turn.model())
            .put("input", usage.input())
            .put("output", usage.output())
            .put("cacheRead", usage.cacheRead())
            .put("cacheWrite", usage.cacheWrite()));
    turns++;
    open = Optional.empty();
    shown = "";
    attempt = 0;
  }

  private void thought(ModelTurn turn, String parent) {
    String message = parent + "-thinking";
    boolean isBegun = false;
    for (Block block : turn.blocks()) {
      if (!(block instanceof Block.Thinking(String text)) || text.isEmpty()) {
        continue;
      }
      if (!isBegun) {
        isBegun = true;
        add("REASONING_START").put("messageId", message);
        add("REASONING_MESSAGE_START").put("messageId", message).put("role", "reasoning");
      }
      add("REASONING_MESSAGE_CONTENT").put("messageId", message).put("delta", text);
    }
    if (isBegun) {
      add("REASONING_MESSAGE_END").put("messageId", message);
      add("REASONING_END").put("messageId", message);
    }
  }

  private void result(JournalEntry.ToolOutcome outcome) {
    ToolCall call = outcome.call();
    add("TOOL_CALL_RESULT")
        .put("messageId", id + "-result-" + call.id())
        .put("toolCallId", call.id())
        .put("content", outcome.result().text())
        .put("role", "tool");
    if (outcome.result().status() == ToolResult.Status.OK && call.name().equals("write_todos")) {
      todos(call.arguments())
          .ifPresent(todos -> add("STATE_SNAPSHOT").putObject("snapshot").set("todos", todos));
    }
  }

  private static Optional<JsonNode> todos(String arguments) {
    try {
      return Optional.ofNullable(JSON.readTree(arguments).get("todos"));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static ObjectNode of(ApprovalRequest request) {
    return object()
        .put("id", request.id())
        .put("toolCallId", request.call().id())
        .put("tool", request.call().name())
        .put("arguments", request.call().arguments())
        .put("why", request.why());
  }

  private void over(RunEnd end) {
    isOver = true;
    discard();
    switch (end) {
      case RunEnd.Completed completed -> finished(completed.text());
      case RunEnd.Stopped stopped -> failed(words(stopped.problem()), false);
      case RunEnd.Failed failed -> failed(words(failed.problem()), false);
      case RunEnd.Cancelled _ -> failed("the run was cancelled", true);
      case RunEnd.Waiting _, RunEnd.Yielded _ -> isOver = false;
    }
  }

  private void finished(String text) {
    ObjectNode event = add("RUN_FINISHED").put("threadId", session).put("runId", id);
    event.put("result", text).putObject("outcome").put("type", "success");
  }

  private static String words(Problem problem) {
    return problem.code() + ": " + problem.message();
  }

  /** A problem's code is at its words' beginning, and a field of its own in the protocol. */
  private void failed(String words, boolean isCancelled) {
    boolean isCoded = words.matches("(?s)E\\d{3}: .*");
    add("RUN_ERROR")
        .put("message", isCoded ? words.substring(6) : words)
        .put("code", isCancelled ? "CANCELLED" : isCoded ? words.substring(0, 4) : "E900");
  }
}

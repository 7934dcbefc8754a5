package ai.stigmer.server.console.story;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.budget.Prices;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.runner.VisibleText;
import ai.stigmer.server.console.story.Item.Asked;
import ai.stigmer.server.console.story.Item.Nested;
import ai.stigmer.server.console.story.Item.State;
import ai.stigmer.server.console.story.Item.Todo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The story of a run, folded entry by entry. What stands before a fork is another run's story.
 *
 * <p>Not thread-safe.
 */
public final class Story {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int GIST = 120;

  private final Prices prices;
  private final List<Item> items = new ArrayList<>();
  private final Map<String, Integer> calls = new HashMap<>();
  private final Map<String, String> asked = new HashMap<>();
  private final Map<String, String> children = new HashMap<>();
  private final TreeSet<Integer> changed = new TreeSet<>();
  private List<Todo> todos = List.of();
  private String environment = "{}";
  private String agent = "";
  private String model = "";
  private Cost cost = Cost.NOTHING;
  private int turns;
  private long seq;
  private boolean isOver;

  public Story(Prices prices) {
    this.prices = prices;
  }

  /** The story of a run as far as its journal goes. */
  public static Story of(List<Recorded> entries, Prices prices) {
    var story = new Story(prices);
    entries.forEach(story::add);
    story.takeChanged();
    return story;
  }

  public List<Item> items() {
    return List.copyOf(items);
  }

  /** How many items there are. */
  public int size() {
    return items.size();
  }

  public List<Todo> todos() {
    return todos;
  }

  /** What the run was started with, see {@link JournalEntry.RunStarted}. */
  public String environment() {
    return environment;
  }

  /** The agent's name; empty when the run has not begun. */
  public String agent() {
    return agent;
  }

  /** The model that answered last, as {@code provider/model}; empty before the first answer. */
  public String model() {
    return model;
  }

  /** Its own, and that of the sub-agents that have ended. */
  public Cost cost() {
    return cost;
  }

  /** Answers of the model. */
  public int turns() {
    return turns;
  }

  /** The last entry that was added; 0 for none. */
  public long seq() {
    return seq;
  }

  /** Whether the last entry says that the run is over. */
  public boolean isOver() {
    return isOver;
  }

  /** The approvals that nobody has decided, the oldest first. */
  public List<Item.Call> waiting() {
    return items.stream()
        .filter(Item.Call.class::isInstance)
        .map(Item.Call.class::cast)
        .filter(call -> call.state() == State.WAITING)
        .toList();
  }

  /** The places of the items that are new or another since this was asked last, ascending. */
  public List<Integer> takeChanged() {
    List<Integer> taken = List.copyOf(changed);
    changed.clear();
    return taken;
  }

  /** One more entry. */
  public void add(Recorded recorded) {
    seq = recorded.seq();
    Instant time = recorded.time();
    switch (recorded.entry()) {
      case JournalEntry.RunStarted started -> {
        environment = started.environment();
        agent = started.agent();
        put(new Item.Said(id(), seq, time, Passage.of(started.input())));
      }
      case JournalEntry.RunResumed _ -> resumed(time);
      case JournalEntry.Turn turn -> answered(turn.turn(), time);
      case JournalEntry.ToolIntent intent -> begun(intent.call(), time);
      case JournalEntry.ToolOutcome outcome -> finished(outcome, time);
      case JournalEntry.ApprovalRequested request -> asked(request);
      case JournalEntry.ApprovalDecided decided -> decided(decided);
      case JournalEntry.UserMessage message ->
          put(new Item.Said(id(), seq, time, Passage.of(message.text())));
      case JournalEntry.ModelSwitched switched ->
          note(
              time, "model " + switched.from() + " → " + switched.to() + ": " + switched.why(), "");
      case JournalEntry.ChildStarted child -> childStarted(child);
      case JournalEntry.ChildFinished child -> childFinished(child);
      case JournalEntry.RunForked forked -> forked(forked, time);
      case JournalEntry.AttemptFailed attempt -> spent(attempt.spent());
      case JournalEntry.Compacted compacted -> compacted(compacted, time);
      case JournalEntry.CompactionFailed failed -> {
        spent(failed.spent());
        note(time, "the conversation could not be summarised: " + failed.why(), "");
      }
      case JournalEntry.ResultKept _, JournalEntry.WorkspaceSaved _ -> {}
      case JournalEntry.RunFinished finished -> ended(finished.end(), time);
    }
  }

  private String id() {
    return "i" + seq;
  }

  private void put(Item item) {
    changed.add(items.size());
    items.add(item);
  }

  private void note(Instant time, String text, String href) {
    put(new Item.Note(id(), seq, time, text, href));
  }

  private void change(String call, UnaryOperator<Item.Call> how) {
    Integer place = calls.get(call);
    if (place != null && items.get(place) instanceof Item.Call known) {
      items.set(place, how.apply(known));
      changed.add(place);
    }
  }

  private void resumed(Instant time) {
    isOver = false;
    if (items.size() > 1) {
      note(time, "the run goes on", "");
    }
  }

  private void answered(ModelTurn turn, Instant time) {
    turns++;
    model = turn.provider() + "/" + turn.model();
    spent(TurnUsage.of(turn));
    Passage thinking =
        Passage.of(
            turn.blocks().stream()
                .filter(Block.Thinking.class::isInstance)
                .map(block -> ((Block.Thinking) block).text())
                .collect(Collectors.joining("\n")));
    Passage text = Passage.of(turn.text());
    if (!thinking.isEmpty() || !text.isEmpty()) {
      put(new Item.Answer(id(), seq, time, model, thinking, text));
    }
    int number = 0;
    for (ToolCall call : turn.calls()) {
      number++;
      calls.put(call.id(), items.size());
      put(
          new Item.Call(
              id() + "-" + number,
              seq,
              time,
              call.name(),
              gist(call.arguments()),
              Passage.json(call.arguments()),
              false,
              State.RUNNING,
              Passage.of(""),
              0,
              Optional.empty(),
              Optional.empty(),
              Optional.empty()));
    }
  }

  private void spent(TurnUsage turn) {
    cost = cost.plus(turn, prices);
  }

  private void begun(ToolCall call, Instant time) {
    Passage input = Passage.json(call.arguments());
    change(
        call.id(),
        known ->
            known.begun(
                time,
                input,
                gist(call.arguments()),
                known.isEdited() || !known.input().equals(input)));
  }

  private void finished(JournalEntry.ToolOutcome outcome, Instant time) {
    ToolCall call = outcome.call();
    ToolResult result = outcome.result();
    change(
        call.id(),
        known ->
            known.ended(
                State.of(result.status()),
                Passage.of(result.text()),
                seq,
                Duration.between(known.time(), time)));
    if (result.status() == ToolResult.Status.OK && call.name().equals("write_todos")) {
      readTodos(call.arguments());
    }
  }

  private void readTodos(String arguments) {
    var read = new ArrayList<Todo>();
    for (JsonNode todo : tree(arguments).path("todos")) {
      read.add(new Todo(todo.path("content").asText(), todo.path("status").asText("pending")));
    }
    todos = List.copyOf(read);
  }

  private void asked(JournalEntry.ApprovalRequested requested) {
    asked.put(requested.request().id(), requested.request().call().id());
    change(
        requested.request().call().id(),
        known ->
            known.with(
                new Asked(requested.request().id(), requested.request().why(), Optional.empty())));
  }

  private void decided(JournalEntry.ApprovalDecided decided) {
    String words =
        decided.decision() instanceof ApprovalDecision.Edited
            ? "approved with other arguments"
            : ApprovalDesk.words(decided.decision());
    change(
        asked.getOrDefault(decided.approval(), ""),
        known ->
            known.with(
                new Asked(
                    decided.approval(),
                    known.asked().map(Asked::why).orElse(""),
                    Optional.of(words + ", by " + decided.by()))));
  }

  private void childStarted(JournalEntry.ChildStarted child) {
    children.put(child.childRunId(), child.call());
    change(
        child.call(),
        known ->
            known.with(
                new Nested(child.childRunId(), child.agent(), Optional.empty(), List.of(), 0)));
  }

  private void childFinished(JournalEntry.ChildFinished child) {
    child.spent().forEach(this::spent);
    change(
        children.getOrDefault(child.childRunId(), ""),
        known ->
            known.with(
                new Nested(
                    child.childRunId(),
                    known.child().map(Nested::agent).orElse(""),
                    Optional.of(words(child.end())),
                    List.of(),
                    0)));
  }

  /** Its own configuration stands at the beginning of what it has taken over. */
  private void forked(JournalEntry.RunForked forked, Instant time) {
    items.clear();
    calls.clear();
    asked.clear();
    children.clear();
    changed.clear();
    cost = Cost.NOTHING;
    turns = 0;
    isOver = false;
    note(time, "goes on from " + forked.from(), forked.from());
  }

  private void compacted(JournalEntry.Compacted compacted, Instant time) {
    spent(compacted.spent());
    note(
        time,
        String.format(
            Locale.ROOT,
            "the conversation was summarised: %,d → %,d tokens",
            compacted.before(),
            compacted.after()),
        "");
  }

  private void ended(RunEnd end, Instant time) {
    isOver = true;
    put(new Item.End(id(), seq, time, words(end), Passage.of(detail(end))));
  }

  private static String words(RunEnd end) {
    return switch (end) {
      case RunEnd.Completed _ -> "completed";
      case RunEnd.Stopped stopped ->
          "stopped by a limit: "
              + stopped.limit().name().toLowerCase(Locale.ROOT).replace('_', ' ');
      case RunEnd.Failed _ -> "failed";
      case RunEnd.Waiting _ -> "waiting";
      case RunEnd.Cancelled _ -> "cancelled";
      case RunEnd.Yielded _ -> "handed on";
    };
  }

  /** The answer itself stands in the turn before. */
  private static String detail(RunEnd end) {
    return switch (end) {
      case RunEnd.Completed _, RunEnd.Cancelled _, RunEnd.Yielded _ -> "";
      case RunEnd.Stopped stopped -> words(stopped.problem());
      case RunEnd.Failed failed -> words(failed.problem());
      case RunEnd.Waiting waiting -> words(waiting.problem());
    };
  }

  private static String words(Problem problem) {
    return problem.code()
        + ": "
        + problem.message()
        + problem.help().stream().map(line -> "\n" + line).collect(Collectors.joining());
  }

  /** The first text among the arguments. */
  private static String gist(String arguments) {
    for (JsonNode value : tree(arguments)) {
      if (value.isTextual()) {
        return VisibleText.line(value.asText(), GIST);
      }
    }
    return "";
  }

  private static JsonNode tree(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }
}

package ai.stigmer.testkit.loop;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.SubAgent;
import ai.stigmer.graphton.budget.Budget;
import ai.stigmer.graphton.budget.Prices;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.testkit.EventLaws;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A parent that hands out tasks, children that do a few steps each, and a model that plays both by
 * what they are asked. Everything outlives a crash.
 */
final class Family implements ChatModel {
  static final String RUN = "r";

  final EventLaws laws = new EventLaws();
  final Journal journal = new InMemoryJournal(InstantSource.system(), owner -> false);

  /** How often each answer was asked for, by task and turn. */
  final Map<String, Integer> asked = new ConcurrentHashMap<>();

  /** How often each step had its effect, by its key. */
  final Map<String, Integer> effects = new ConcurrentHashMap<>();

  private final List<String> tasks;
  private final int steps;
  private Budget budget = Budget.UNLIMITED;
  private CancelToken cancel = new CancelToken();
  private Consumer<String> beforeAnswer = asking -> {};

  Family(int steps, String... tasks) {
    this.steps = steps;
    this.tasks = List.of(tasks);
  }

  Family budget(Budget limits) {
    budget = limits;
    return this;
  }

  Family cancel(CancelToken token) {
    cancel = token;
    return this;
  }

  /** Does this before the model answers; it is told task and turn, as {@code a/0}. */
  Family before(Consumer<String> action) {
    beforeAnswer = action;
    return this;
  }

  RunResult start() {
    return runner(journal).listener(laws).run(parent(), "go", RUN);
  }

  RunResult resume() {
    return runner(journal).listener(laws).resume(parent(), RUN);
  }

  /** Starts, or goes on, until the journal dies; false when the run ended before that. */
  boolean isBrokenOffBy(DyingJournal dying) {
    try {
      Graphton runner = runner(dying);
      if (journal.list(1).isEmpty()) {
        runner.run(parent(), "go", RUN);
      } else {
        runner.resume(parent(), RUN);
      }
      return false;
    } catch (DyingJournal.Died e) {
      return true;
    }
  }

  Graphton runner(Journal over) {
    return Graphton.with(this).journal(over).budget(budget, Prices.UNKNOWN).cancel(cancel);
  }

  Agent parent() {
    Agent worker =
        Agent.named("worker").instructions("You are a worker.").tools(work()).maxTurns(20).build();
    return Agent.named("lead")
        .instructions("You are the lead.")
        .subAgents(SubAgent.of(worker, "Works."))
        .build();
  }

  /** The children's journals that the parent has started. */
  List<String> children() {
    return entries(RUN).stream()
        .filter(JournalEntry.ChildStarted.class::isInstance)
        .map(entry -> ((JournalEntry.ChildStarted) entry).childRunId())
        .toList();
  }

  List<JournalEntry> entries(String runId) {
    return journal.read(runId).stream().map(Recorded::entry).toList();
  }

  int appends() {
    return Stream.concat(Stream.of(RUN), children().stream())
        .mapToInt(run -> journal.read(run).size())
        .sum();
  }

  int asked(String task) {
    return asked.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(task + "/"))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  @Override
  public String provider() {
    return "fake";
  }

  @Override
  public String model() {
    return "fake-1";
  }

  @Override
  public ModelResult call(ModelRequest request, CancelToken token, Consumer<ModelEvent> events) {
    String task = ((Message.User) request.messages().getFirst()).text();
    asked.merge(task + "/" + request.turn(), 1, Integer::sum);
    beforeAnswer.accept(task + "/" + request.turn());
    if (token.isCancelled()) {
      return new ModelResult.Cancelled();
    }
    return task.equals("go") ? lead(request) : worker(request, task);
  }

  private ModelResult lead(ModelRequest request) {
    var blocks = new ArrayList<Block>();
    if (request.turn() == 0) {
      for (String task : tasks) {
        String arguments = "{\"description\":\"" + task + "\",\"subagent_type\":\"worker\"}";
        blocks.add(new Block.Call(new ToolCall("call-" + task, "task", arguments)));
      }
      return turn(blocks, StopReason.TOOL_USE);
    }
    String told =
        request.messages().stream()
            .filter(Message.ToolAnswer.class::isInstance)
            .map(message -> ((Message.ToolAnswer) message).result().text())
            .reduce("", (all, one) -> all + "[" + one + "]");
    return turn(List.of(new Block.Text(told)), StopReason.END);
  }

  private ModelResult worker(ModelRequest request, String task) {
    int step = request.turn();
    if (step == steps - 1) {
      return turn(List.of(new Block.Text("did " + task)), StopReason.END);
    }
    String arguments = "{\"what\":\"" + task + step + "\"}";
    return turn(
        List.of(
            new Block.Text("step " + step),
            new Block.Call(new ToolCall("w" + step, "work", arguments))),
        StopReason.TOOL_USE);
  }

  private static ModelResult turn(List<Block> blocks, StopReason stop) {
    return new ModelResult.Turn(
        new ModelTurn("fake", "fake-1", "{}", blocks, Usage.of(10, 2), stop));
  }

  private Tool work() {
    return Tool.named("work")
        .describedAs("Works once for each key.")
        .string("what", "what")
        .idempotent()
        .calling(
            (arguments, context) -> {
              effects.putIfAbsent(context.idempotencyKey(), 1);
              return ToolResult.ok("worked");
            });
  }
}

package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.RunEnd;
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
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.tool.ToolPolicy.Decision;
import ai.stigmer.testkit.EventLaws;
import ai.stigmer.testkit.TestingTiming;
import ai.stigmer.testkit.loop.Play.Behaviour;
import ai.stigmer.testkit.loop.Play.Kind;
import ai.stigmer.testkit.loop.Play.PlayedCall;
import ai.stigmer.testkit.loop.Play.PlayedTurn;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything outside of the process of a {@link Play}: the provider, the journal, and what the
 * tools did to the world. It outlives every crash.
 */
final class World {
  static final String RUN = "r";
  private static final int MOST_DRIVES = 60;

  final Journal journal = new InMemoryJournal(InstantSource.system(), owner -> false);

  /** How often each tool body was started, by idempotency key. */
  final Map<String, Integer> started = new ConcurrentHashMap<>();

  /** How often each effect happened. */
  final Map<String, Integer> effects = new ConcurrentHashMap<>();

  /** How often each turn was asked for. */
  final Map<Integer, Integer> asked = new ConcurrentHashMap<>();

  private final Play play;

  World(Play play) {
    this.play = play;
  }

  /** Drives the run to a final end, however often it is cancelled or the provider fails. */
  RunEnd live() {
    return goOn(null);
  }

  /** Drives the run until its process dies; false when it came to its end before. */
  boolean dieAt(DyingJournal.Moment moment, int append) {
    try {
      goOn(DyingJournal.at(journal, moment, append));
      return false;
    } catch (DyingJournal.Died e) {
      return true;
    }
  }

  /** The entries in the journal. */
  List<JournalEntry> entries() {
    return journal.read(RUN).stream().map(Recorded::entry).toList();
  }

  /** The recorded end that nobody needs to go on from. */
  @Nullable RunEnd finalEnd() {
    List<JournalEntry> entries = entries();
    return !entries.isEmpty()
            && entries.getLast() instanceof JournalEntry.RunFinished(RunEnd end)
            && isFinal(end)
        ? end
        : null;
  }

  /** Whether the call of this id or key must never be started twice. */
  boolean isUnsafe(String key) {
    return played(key).kind() == Kind.UNSAFE;
  }

  /** Whether the effect of the call of this id or key must never happen twice. */
  boolean hasOneEffect(String key) {
    Kind kind = played(key).kind();
    return kind == Kind.UNSAFE || kind == Kind.SETTLED;
  }

  private RunEnd goOn(@Nullable Journal dying) {
    Journal through = dying == null ? journal : dying;
    boolean fresh = journal.list(1).isEmpty();
    for (int drive = 0; drive < MOST_DRIVES; drive++) {
      RunEnd end = drive(through, fresh).end();
      if (isFinal(end)) {
        return end;
      }
      fresh = false;
    }
    throw new AssertionError("the run does not come to an end");
  }

  private static boolean isFinal(RunEnd end) {
    return end instanceof RunEnd.Completed || end instanceof RunEnd.Stopped;
  }

  private RunResult drive(Journal through, boolean fresh) {
    var laws = new EventLaws();
    var cancel = new CancelToken();
    Graphton graphton =
        Graphton.with(new Provider())
            .retries(play.maxTurns() % 2 == 0 ? RetryPolicy.DEFAULT : RetryPolicy.NONE)
            .timing(new TestingTiming())
            .journal(through)
            .listener(laws)
            .cancel(cancel)
            .policy(
                (tool, call) ->
                    tool.spec().name().equals(name(Kind.DENIED))
                        ? new Decision.Deny("no")
                        : new Decision.Allow());
    RunResult result = fresh ? graphton.run(agent(), "go", RUN) : graphton.resume(agent(), RUN);
    laws.assertLaws();
    return result;
  }

  private Agent agent() {
    List<Tool> tools = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      if (kind != Kind.MISSING) {
        tools.add(new Work(kind));
      }
    }
    return Agent.named("a")
        .instructions("Be brief.")
        .tools(tools)
        .maxTurns(play.maxTurns())
        .build();
  }

  private static String name(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** The call that an idempotency key {@code r/TURN/cTURN-PLACE} stands for. */
  private PlayedCall played(String key) {
    String[] turnAndPlace = key.substring(key.lastIndexOf('c') + 1).split("-", -1);
    return play.turns()
        .get(Integer.parseInt(turnAndPlace[0]))
        .calls()
        .get(Integer.parseInt(turnAndPlace[1]));
  }

  private final class Work implements Tool {
    private final Kind kind;

    Work(Kind kind) {
      this.kind = kind;
    }

    @Override
    public ToolSpec spec() {
      return new ToolSpec(
          name(kind),
          "Works.",
          "{\"type\":\"object\",\"properties\":{\"what\":{\"type\":\"string\"}},"
              + "\"required\":[\"what\"]}");
    }

    @Override
    public EffectClass effect() {
      return switch (kind) {
        case READ -> EffectClass.READ;
        case IDEMPOTENT -> EffectClass.IDEMPOTENT;
        case UNSAFE, SETTLED, DENIED, MISSING, BAD_ARGUMENTS -> EffectClass.UNSAFE;
      };
    }

    @Override
    public Optional<String> prepare(ToolArguments arguments, ToolContext context) {
      return kind == Kind.SETTLED ? Optional.of(context.idempotencyKey()) : Optional.empty();
    }

    @Override
    public Settlement settle(ToolArguments arguments, String prepared, ToolContext context) {
      assertThat(prepared).isEqualTo(context.idempotencyKey());
      return effects.containsKey(prepared)
          ? new Settlement.Happened(done(prepared))
          : new Settlement.DidNotHappen();
    }

    @Override
    public ToolResult run(ToolArguments arguments, ToolContext context) {
      String key = context.idempotencyKey();
      int times = started.merge(key, 1, Integer::sum);
      Behaviour behaviour = played(key).behaviour();
      if (behaviour == Behaviour.FAILS) {
        throw new IllegalStateException("broken: " + key);
      }
      effects.merge(key, 1, Integer::sum);
      if (behaviour == Behaviour.CANCELS && times == 1) {
        context.cancel().cancel();
      }
      return done(key);
    }

    private ToolResult done(String key) {
      return ToolResult.ok("done: " + key);
    }
  }

  private final class Provider implements ChatModel {
    private List<Message> before = List.of();

    @Override
    public String provider() {
      return "fake";
    }

    @Override
    public String model() {
      return "fake-1";
    }

    @Override
    public ModelResult call(ModelRequest request, CancelToken cancel, Consumer<ModelEvent> events) {
      long recorded = entries().stream().filter(JournalEntry.Turn.class::isInstance).count();
      assertThat(request.turn())
          .as("turns that are recorded are not asked for")
          .isEqualTo(recorded);
      assertThat(request.messages().subList(0, before.size())).isEqualTo(before);
      before = request.messages();
      int turn = request.turn();
      boolean first = asked.merge(turn, 1, Integer::sum) == 1;
      events.accept(new ModelEvent.TextDelta("…"));
      if (turn >= play.turns().size()) {
        return answer(List.of(new Block.Text("the end")), StopReason.END);
      }
      PlayedTurn played = play.turns().get(turn);
      return played.failsFirst() && first ? failure() : answer(blocks(turn, played));
    }

    private List<Block> blocks(int turn, PlayedTurn played) {
      List<Block> blocks = new ArrayList<>(List.of(new Block.Text("turn " + turn)));
      for (int place = 0; place < played.calls().size(); place++) {
        PlayedCall call = played.calls().get(place);
        String id = "c" + turn + "-" + place;
        blocks.add(new Block.Call(new ToolCall(id, name(call.kind()), call.arguments(id))));
      }
      return blocks;
    }

    private ModelResult answer(List<Block> blocks) {
      return answer(blocks, StopReason.TOOL_USE);
    }

    private ModelResult answer(List<Block> blocks, StopReason stop) {
      return new ModelResult.Turn(
          new ModelTurn("fake", "fake-1", "{}", blocks, Usage.of(10, 2), stop));
    }

    private ModelResult failure() {
      return new ModelResult.Failed(
          ModelFailure.of(
              "fake",
              503,
              ModelFailure.Kind.OVERLOADED,
              Problem.of("E204", Problem.Category.PROVIDER, "busy")));
    }
  }
}

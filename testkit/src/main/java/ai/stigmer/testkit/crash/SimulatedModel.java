package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.journal.JournalEntry;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Plays a simulated run's turns, and looks whether everything that it is told is durable. */
final class SimulatedModel implements ChatModel {
  static final String FIRST = "first";

  /** The model of a sub-agent. */
  static final String OTHER = "other";

  /**
   * Tokens of a message, and of a narrow window. They are so many that the bytes of results, which
   * differ with what happened to a run, decide nothing.
   */
  private static final long MESSAGE = 60_000;

  private static final long NARROW = 400_000;

  private final String run;
  private final String name;
  private final SimulatedWorld world;
  private final SimulatedPlay play;
  private final BooleanSupplier owns;
  private List<Message> before = List.of();
  private long compactions;

  /**
   * @param owns whether the process that asks still owns the run; one that slept does not know what
   *     happened since
   */
  SimulatedModel(String run, String name, SimulatedWorld world, BooleanSupplier owns) {
    this.run = run;
    this.name = name;
    this.world = world;
    this.play = world.play(run);
    this.owns = owns;
  }

  @Override
  public String provider() {
    return "simulated";
  }

  @Override
  public String model() {
    return name;
  }

  @Override
  public OptionalLong contextWindow() {
    return play.narrow() ? OptionalLong.of(NARROW) : OptionalLong.empty();
  }

  @Override
  public ModelResult call(ModelRequest request, CancelToken cancel, Consumer<ModelEvent> events) {
    if (owns.getAsBoolean() && request.purpose() != ModelRequest.Purpose.SUMMARY) {
      lookAround(request);
    }
    if (request.purpose() == ModelRequest.Purpose.SUMMARY) {
      world.summaries.merge(run, 1, Integer::sum);
      return answer(request, List.of(new Block.Text("so far so good")), StopReason.END);
    }
    int turn = request.turn();
    int times = world.asked.merge(run + "/" + turn, 1, Integer::sum);
    events.accept(new ModelEvent.TextDelta("…"));
    if (turn >= play.turns().size()) {
      return answer(request, List.of(new Block.Text(play.answer(turn))), StopReason.END);
    }
    SimulatedPlay.Turn played = play.turns().get(turn);
    return times <= played.failures()
        ? failure()
        : answer(request, blocks(turn, played), StopReason.TOOL_USE);
  }

  private void lookAround(ModelRequest request) {
    List<JournalEntry> entries = world.entries(run);
    long turns = entries.stream().filter(JournalEntry.Turn.class::isInstance).count();
    world.require(
        request.turn() == turns, "asked for turn " + request.turn() + " of " + turns + " recorded");
    long summaries = entries.stream().filter(JournalEntry.Compacted.class::isInstance).count();
    boolean goesOn =
        request.messages().size() >= before.size()
            && request.messages().subList(0, before.size()).equals(before);
    world.require(
        goesOn || summaries > compactions, "the prompt before is not a prefix of the next one");
    checkSummaries(request, entries, summaries);
    before = request.messages();
    compactions = summaries;
    world.require(
        asked(entries).equals(provider() + "/" + name), "an unrecorded switch to " + name);
    checkAnswers(request, entries);
    boolean heard = request.messages().contains(new Message.User(SimulatedTool.SAID));
    boolean durable = entries.contains(new JournalEntry.UserMessage(SimulatedTool.SAID, 1));
    world.require(durable || !heard, "what the user said is heard before it is durable");
  }

  /** What stands for others is durable, and no summary was made up. */
  private void checkSummaries(ModelRequest request, List<JournalEntry> entries, long summaries) {
    int asked = world.summaries.getOrDefault(run, 0);
    world.require(
        summaries <= asked || entries.stream().anyMatch(JournalEntry.RunForked.class::isInstance),
        summaries + " summaries are recorded, and the model was asked for " + asked);
    if (!summariesShown(request).isEmpty()) {
      world.require(
          entries.stream()
              .anyMatch(
                  entry ->
                      entry instanceof JournalEntry.Compacted compacted
                          && summariesShown(request).contains(compacted.text())),
          "a summary that is not durable is used");
    }
    world.require(
        summariesShown(request).isEmpty() == (summaries == 0), "a recorded summary is not used");
  }

  private static List<String> summariesShown(ModelRequest request) {
    return request.messages().stream()
        .filter(Message.User.class::isInstance)
        .map(message -> ((Message.User) message).text())
        .filter(text -> text.contains("so far so good"))
        .toList();
  }

  /** The model that the journal names last. */
  private String asked(List<JournalEntry> entries) {
    String first = provider() + "/" + (name.equals(OTHER) ? OTHER : FIRST);
    String last = first;
    for (JournalEntry entry : entries) {
      if (entry instanceof JournalEntry.ModelSwitched switched) {
        last = switched.to();
      } else if (entry instanceof JournalEntry.RunForked) {
        last = first;
      }
    }
    return last;
  }

  /** Each call is answered, in the order of the calls, with what the journal holds. */
  private void checkAnswers(ModelRequest request, List<JournalEntry> entries) {
    Map<String, ToolResult> recorded = new HashMap<>();
    for (JournalEntry entry : entries) {
      if (entry instanceof JournalEntry.ToolOutcome(var call, var result, _)) {
        recorded.put(call.id(), result);
      }
    }
    var expected = new ArrayList<String>();
    for (Message message : request.messages()) {
      switch (message) {
        case Message.Assistant assistant ->
            assistant.turn().calls().forEach(call -> expected.add(call.id()));
        case Message.ToolAnswer answer -> {
          String id = answer.call().id();
          boolean inOrder = !expected.isEmpty() && expected.removeFirst().equals(id);
          world.require(inOrder, "the answer to " + id + " is not in its place");
          world.require(
              answer.result().equals(recorded.get(id)), "the answer to " + id + " is not durable");
        }
        case Message.User _ ->
            world.require(expected.isEmpty(), "calls without an answer: " + expected);
      }
    }
    world.require(expected.isEmpty(), "calls without an answer: " + expected);
  }

  private static List<Block> blocks(int turn, SimulatedPlay.Turn played) {
    List<Block> blocks = new ArrayList<>(List.of(new Block.Text("turn " + turn)));
    for (int place = 0; place < played.calls().size(); place++) {
      SimulatedPlay.Call call = played.calls().get(place);
      String id = "c" + turn + "-" + place;
      blocks.add(new Block.Call(new ToolCall(id, call.kind().tool(), call.arguments(id))));
    }
    return blocks;
  }

  private ModelResult answer(ModelRequest request, List<Block> blocks, StopReason stop) {
    long tokens = play.narrow() ? MESSAGE * request.messages().size() : 10;
    return new ModelResult.Turn(
        new ModelTurn(provider(), name, "{}", blocks, Usage.of(tokens, 2), stop));
  }

  private ModelResult failure() {
    return new ModelResult.Failed(
        ModelFailure.of(
            provider(),
            503,
            ModelFailure.Kind.OVERLOADED,
            Problem.of("E204", Problem.Category.PROVIDER, "busy")));
  }
}

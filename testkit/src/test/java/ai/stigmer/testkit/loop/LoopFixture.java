package ai.stigmer.testkit.loop;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.cancel.CancelToken;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;

/**
 * A fake model, a journal that outlives crashes, and the event laws, which every test must leave
 * unbroken.
 */
abstract class LoopFixture {
  final EventLaws laws = new EventLaws();
  final Journal journal = new InMemoryJournal(InstantSource.system(), owner -> false);
  final List<ModelRequest> asked = new ArrayList<>();
  final AtomicInteger effects = new AtomicInteger();

  @AfterEach
  final void theEventLawsHold() {
    laws.assertLaws();
    journal.close();
  }

  Tool counting() {
    return Tool.named("work")
        .describedAs("Counts.")
        .calling(args -> "" + effects.incrementAndGet());
  }

  Tool numbered() {
    return Tool.named("work")
        .describedAs("Counts.")
        .optionalInteger("n", "which")
        .calling(args -> "" + effects.incrementAndGet());
  }

  Graphton runner(Answer... answers) {
    return Graphton.with(new Answers(List.of(answers), asked)).journal(journal).listener(laws);
  }

  /** Runs until an entry of this kind is durable, and breaks off there as a dead process would. */
  void dieAfter(Class<? extends JournalEntry> kind, Answer first, Tool tool, String id) {
    try (var dying = DyingJournal.after(journal, kind)) {
      Graphton.with(new Answers(List.of(first), asked))
          .journal(dying)
          .run(Agent.named("a").tools(tool).build(), "go", id);
    } catch (DyingJournal.Died e) {
      return;
    }
    throw new AssertionError("the run did not come to " + kind);
  }

  List<JournalEntry> entries(String runId) {
    return journal.read(runId).stream().map(Recorded::entry).toList();
  }

  static Answer says(String text) {
    return request -> turn(List.of(new Block.Text(text)), StopReason.END);
  }

  static Answer cut(String text, StopReason why) {
    return request -> turn(List.of(new Block.Text(text)), why);
  }

  /** The last answer of a tool that the model was shown. */
  ToolResult lastAnswer() {
    return ((Message.ToolAnswer) asked.getLast().messages().getLast()).result();
  }

  static Answer nothing() {
    return request -> {
      throw new AssertionError("this turn is recorded and must not be asked again");
    };
  }

  static Answer calls(String tool, String... arguments) {
    return request -> {
      var blocks = new ArrayList<Block>();
      for (String text : arguments) {
        blocks.add(
            new Block.Call(new ToolCall("c" + request.turn() + "-" + blocks.size(), tool, text)));
      }
      return turn(blocks, StopReason.TOOL_USE);
    };
  }

  static ModelResult turn(List<Block> blocks, StopReason stop) {
    return new ModelResult.Turn(
        new ModelTurn("fake", "fake-1", "{}", blocks, Usage.of(10, 2), stop));
  }

  /** One answer of the model. */
  interface Answer {
    ModelResult apply(ModelRequest request);
  }

  record Answers(List<Answer> answers, List<ModelRequest> asked) implements ChatModel {
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
      asked.add(request);
      events.accept(new ModelEvent.TextDelta("…"));
      return answers.get(request.turn()).apply(request);
    }
  }
}

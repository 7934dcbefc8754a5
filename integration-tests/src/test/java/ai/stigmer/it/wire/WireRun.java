package ai.stigmer.it.wire;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolBuilder;
import ai.stigmer.testkit.EventLaws;
import ai.stigmer.testkit.TestingTiming;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * One run, driven in pieces: each drive ends after so many turns of the model, with their tools
 * served, and the next one goes on with whatever models it is given.
 */
final class WireRun implements AutoCloseable {
  static final String ID = "r";

  final Journal journal = new InMemoryJournal(InstantSource.system(), owner -> false);
  final List<AgentEvent> events = new ArrayList<>();
  private final Random order = new Random(7);
  private boolean begun;

  /**
   * Begins the run or goes on with it.
   *
   * @param maxTurns how many turns the run may have in all
   */
  RunEnd drive(int maxTurns, ChatModel model, ChatModel... fallbacks) {
    EventLaws laws = new EventLaws();
    Graphton graphton =
        Graphton.with(model)
            .fallbacks(List.of(fallbacks))
            .retries(RetryPolicy.DEFAULT.withMaxRetries(2))
            .timing(new TestingTiming())
            .journal(journal)
            .listener(laws);
    RunEnd end =
        (begun
                ? graphton.resume(agent(maxTurns), ID)
                : graphton.run(agent(maxTurns), "look around", ID))
            .end();
    begun = true;
    laws.assertLaws();
    events.addAll(laws.events());
    return end;
  }

  /** The tools in another order with every drive. */
  private Agent agent(int maxTurns) {
    List<Tool> tools = new ArrayList<>();
    tools.add(tool("list").readOnly().calling(args -> "a b"));
    tools.add(tool("fetch").readOnly().calling(args -> "text of " + args.string("path")));
    tools.add(
        tool("broken")
            .calling(
                args -> {
                  throw new IllegalStateException("no such device");
                }));
    Collections.shuffle(tools, order);
    return Agent.named("a").instructions("Be brief.").tools(tools).maxTurns(maxTurns).build();
  }

  private static ToolBuilder tool(String name) {
    return Tool.named(name).describedAs("Does " + name + ".").string("path", "which");
  }

  List<JournalEntry> entries() {
    return journal.read(ID).stream().map(Recorded::entry).toList();
  }

  @Override
  public void close() {
    journal.close();
  }
}

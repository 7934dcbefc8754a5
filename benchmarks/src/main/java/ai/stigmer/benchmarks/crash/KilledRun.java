package ai.stigmer.benchmarks.crash;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.models.scripted.Scenario;
import ai.stigmer.models.scripted.Scenario.Turn;
import ai.stigmer.models.scripted.ScriptedModel;
import ai.stigmer.store.Owners;
import ai.stigmer.store.SqliteJournal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A run that leaves traces outside of its process: its journal in a file, a line for each effect of
 * an unsafe call, and the number of each entry that it showed as durable.
 *
 * @param name the beginning of the names of its files
 * @param seed what the agent does is drawn from it
 */
record KilledRun(Path folder, String name, long seed) {
  static final String RUN = "run";
  private static final int TURNS = 12;

  Path database() {
    return folder.resolve(name + ".db");
  }

  Journal open() {
    return SqliteJournal.open(database(), InstantSource.system());
  }

  Graphton runner(Journal journal) {
    return Graphton.with(ScriptedModel.of(scenario()))
        .journal(journal)
        .owner(Owners.current())
        .listener(this::acknowledge);
  }

  Agent agent() {
    return Agent.named("killed")
        .tools(
            Tool.named("look").integer("n", "which").readOnly().calling(call -> "seen"),
            Tool.named("put")
                .integer("n", "which")
                .idempotent()
                .calling((call, context) -> put(context.callId())),
            Tool.named("log")
                .integer("n", "which")
                .calling((call, context) -> log(context.idempotencyKey())))
        .build();
  }

  /** The effects of unsafe calls, each as often as it happened. */
  List<String> effects() throws IOException {
    return lines("effects");
  }

  /** The highest number of an entry that was shown as durable, 0 when none was. */
  long acknowledged() throws IOException {
    return lines("acknowledged").stream()
        .filter(line -> line.endsWith("."))
        .mapToLong(line -> Long.parseLong(line.substring(0, line.length() - 1)))
        .max()
        .orElse(0);
  }

  private List<String> lines(String what) throws IOException {
    Path file = folder.resolve(name + "." + what);
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  private Scenario scenario() {
    var random = new SplittableRandom(seed);
    var turns = new Turn[TURNS + 1];
    for (int i = 0; i < TURNS; i++) {
      turns[i] = Turn.calls(tool(random), "{\"n\":" + i + "}");
      for (int more = random.nextInt(3); more > 0; more--) {
        turns[i] = turns[i].and(tool(random), "{\"n\":" + (100 * more + i) + "}");
      }
    }
    turns[TURNS] = Turn.says("All done.");
    return Scenario.of(turns);
  }

  private static String tool(SplittableRandom random) {
    return List.of("look", "put", "log").get(random.nextInt(3));
  }

  private ToolResult put(String callId) throws IOException {
    Files.writeString(folder.resolve(name + "." + callId.replace('/', '-')), callId);
    return ToolResult.ok("put");
  }

  private ToolResult log(String key) {
    append("effects", key);
    return ToolResult.ok("logged");
  }

  private void acknowledge(AgentEvent event) {
    switch (event) {
      case AgentEvent.TurnFinished(var _, AgentEvent.TurnEnd.Answered(var _, var seq)) ->
          append("acknowledged", seq + ".");
      case AgentEvent.ToolFinished(var _, var _, var seq) -> append("acknowledged", seq + ".");
      default -> {}
    }
  }

  private void append(String what, String line) {
    try {
      Files.writeString(
          folder.resolve(name + "." + what),
          line + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The process that is killed. Arguments: start or resume, folder, name, seed. */
  static void main(String[] args) {
    var run = new KilledRun(Path.of(args[1]), args[2], Long.parseLong(args[3]));
    try (Journal journal = run.open()) {
      if (args[0].equals("start")) {
        run.runner(journal).run(run.agent(), "go", RUN);
      } else {
        run.runner(journal).resume(run.agent(), RUN);
      }
    }
    System.exit(0);
  }
}

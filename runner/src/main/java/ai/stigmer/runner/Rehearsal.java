package ai.stigmer.runner;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.budget.Budget;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.retry.RetryPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * A short run of nobody's, in memory: what a program loads at its first use is loaded before
 * somebody waits for it. Nothing depends on how it ends.
 */
public final class Rehearsal {
  private static final String RUN = "rehearsal";
  private static final String PLAY =
      """
      name: rehearsal
      turns:
        - calls: [{tool: execute, arguments: {command: "true"}}]
        - text: done
      """;

  private Rehearsal() {}

  /**
   * Drives it to its end. Thread: blocks.
   *
   * @param env of this process
   */
  public static void run(Map<String, String> env) {
    try {
      Path folder = Files.createTempDirectory("stigmer-rehearsal");
      Path play = Files.writeString(folder.resolve("play.yaml"), PLAY);
      Path workspace = Files.createDirectory(folder.resolve("workspace"));
      try {
        drive(env, play, workspace);
      } finally {
        Files.delete(play);
        Files.delete(workspace);
        Files.delete(folder);
      }
    } catch (IOException | ProblemException e) {
      // The first run will load what this one did not.
    }
  }

  private static void drive(Map<String, String> env, Path play, Path workspace) {
    ConfigInput input =
        ConfigInput.of(env, RUN)
            .withoutFile()
            .flag("llm.provider", "scripted", RUN)
            .flag("llm.model", play.toString(), RUN);
    Resolved resolved = Cascade.resolve(input);
    try (Runner runner = new Runner(new InMemoryJournal(InstantSource.system()), RUN, env)) {
      runner.begin(
          new RunRequest(
              RUN,
              "go",
              new RunEnvironment(
                  AgentDefinition.assistant(),
                  workspace,
                  RunPermissions.DEFAULT.allowingCommands(),
                  Execution.LOCAL,
                  resolved.llm().toModelSettings(),
                  List.of(),
                  resolved.toJson(),
                  resolved.maxTurns(),
                  RetryPolicy.NONE,
                  Budget.UNLIMITED,
                  RunContext.NONE)));
      var _ =
          new ExecutionDriver(runner, input, env)
              .drive(RUN, Duration.ofMinutes(1), new CancelToken(), event -> {});
    }
  }
}

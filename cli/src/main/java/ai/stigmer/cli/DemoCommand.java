package ai.stigmer.cli;

import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.ToolCall;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Shows what Stigmer does without a model: a written scenario drives the real loop, tools and
 * journal over a small project in a temporary folder. Uses no network.
 */
@Command(
    name = "demo",
    description = "Watch an agent mend a small project; needs no model, no key, no network.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final String TASK = "The test of this project fails. Find out why and mend it.";

  private final Surroundings surroundings;

  DemoCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    Path folder = Files.createTempDirectory("stigmer-demo-");
    Path project = Files.createDirectory(folder.resolve("project"));
    for (String file : resource("files.txt").lines().toList()) {
      Files.writeString(project.resolve(file), resource("project/" + file));
    }
    Path scenario = Files.writeString(folder.resolve("scenario.yaml"), resource("scenario.yaml"));
    String before = Files.readString(project.resolve("total.sh"));
    PrintStream err = surroundings.err();
    err.println("A small project with a failing test was copied to " + project);
    err.println("Task: " + TASK);
    err.println();
    Surroundings inside = inside(folder.resolve("home"));
    int status =
        new Stigmer(inside)
            .execute(
                "run",
                "--no-config",
                "--provider",
                "scripted",
                "--model",
                scenario.toString(),
                "--workspace",
                project.toString(),
                "--allow-shell",
                TASK);
    if (status == 0) {
      whatHappened(inside, before, Files.readString(project.resolve("total.sh")));
    }
    return status;
  }

  /** The same streams with a home of their own and none of the user's settings. */
  private Surroundings inside(Path home) {
    return new Surroundings(
        Map.of(
            "STIGMER_HOME",
            home.toString(),
            "PATH",
            surroundings.env().getOrDefault("PATH", "/usr/bin:/bin")),
        InputStream.nullInputStream(),
        surroundings.out(),
        surroundings.err(),
        surroundings.terminal(),
        surroundings.journals(),
        surroundings.signals(),
        surroundings.clock());
  }

  private void whatHappened(Surroundings inside, String before, String after) {
    PrintStream err = surroundings.err();
    err.println();
    err.println("What changed in total.sh:");
    changed(before, after).forEach(err::println);
    err.println();
    err.println(
        "What the journal holds; each entry was on the disk before the next thing happened:");
    try (Journal journal = inside.journals().open(inside.database(), JournalOpener.Access.READ)) {
      String runId = journal.list(1).getFirst().runId();
      journal.read(runId).forEach(entry -> err.println(line(entry)));
    }
    err.println();
    err.println("Kill such a run anywhere, and `stigmer resume ID` goes on behind its last entry.");
    err.println();
    err.println("Now with a real model, on this machine, without an account:");
    err.println("  ollama pull qwen2.5-coder:7b        (https://ollama.com/download)");
    err.println("  ./stigmer run \"explain this project\"");
    err.println("Which model, key and endpoint that would use, and why:");
    err.println("  ./stigmer config explain");
  }

  private static List<String> changed(String before, String after) {
    List<String> old = before.lines().toList();
    List<String> fresh = after.lines().toList();
    var lines = new ArrayList<String>();
    old.stream().filter(line -> !fresh.contains(line)).forEach(line -> lines.add("  - " + line));
    fresh.stream().filter(line -> !old.contains(line)).forEach(line -> lines.add("  + " + line));
    return lines;
  }

  private static String line(Recorded recorded) {
    String what =
        switch (recorded.entry()) {
          case JournalEntry.RunStarted _ -> "run started: task, agent, configuration with origins";
          case JournalEntry.RunResumed _ -> "run resumed";
          case JournalEntry.Turn turn ->
              "the model's answer"
                  + (turn.turn().calls().isEmpty()
                      ? ""
                      : ", calling "
                          + String.join(
                              ", ", turn.turn().calls().stream().map(ToolCall::name).toList()));
          case JournalEntry.ToolIntent intent ->
              "about to run " + intent.call().name() + ", which has an effect";
          case JournalEntry.ToolOutcome outcome ->
              "result of " + outcome.call().name() + ": " + outcome.result().status();
          case JournalEntry.ApprovalRequested asked -> asked.request().id() + " waits for a word";
          case JournalEntry.ApprovalDecided decided -> decided.approval() + " was decided";
          case JournalEntry.UserMessage _ -> "the user said more";
          case JournalEntry.ModelSwitched switched -> "model switched to " + switched.to();
          case JournalEntry.ChildStarted child -> "sub-agent " + child.agent() + " started";
          case JournalEntry.ChildFinished _ -> "sub-agent finished";
          case JournalEntry.RunForked forked -> "forked from run " + forked.from();
          case JournalEntry.AttemptFailed _ -> "an answer broke off";
          case JournalEntry.Compacted _ -> "the oldest messages were summarised";
          case JournalEntry.CompactionFailed _ -> "a summary could not be used";
          case JournalEntry.ResultKept kept -> "a long result, whole: " + kept.name();
          case JournalEntry.WorkspaceSaved _ -> "the workspace was kept";
          case JournalEntry.RunFinished _ -> "run finished";
        };
    return String.format(Locale.ROOT, "  %3d  %s", recorded.seq(), what);
  }

  private static String resource(String name) {
    try (InputStream in = DemoCommand.class.getResourceAsStream("demo/" + name)) {
      if (in == null) {
        throw new IllegalStateException("resource demo/" + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package ai.stigmer.benchmarks.crash;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.ForwardingInbox;
import ai.stigmer.graphton.journal.ForwardingJournal;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.tool.builtin.BuiltinTools;
import ai.stigmer.graphton.undo.Undo;
import ai.stigmer.graphton.workspace.Workspace;
import ai.stigmer.models.scripted.Scenario;
import ai.stigmer.models.scripted.Scenario.Turn;
import ai.stigmer.models.scripted.ScriptedModel;
import ai.stigmer.testkit.crash.CrashPoints;
import ai.stigmer.testkit.crash.Died;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * An agent that writes and edits files, killed at one point, resumed and undone, as a mutant meets
 * it. The seed is the point; behind the last one nothing happens. Gives what is broken, or nothing.
 */
public final class FileSuite implements LongFunction<String> {
  private static final String RUN = "run";

  private static final Scenario SCENARIO =
      Scenario.of(
          Turn.calls("write_file", "{\"file_path\":\"new\",\"content\":\"one\"}"),
          Turn.calls(
              "edit_file", "{\"file_path\":\"old\",\"old_string\":\"was\",\"new_string\":\"is\"}"),
          Turn.calls("write_file", "{\"file_path\":\"new\",\"content\":\"two\"}")
              .and("write_file", "{\"file_path\":\"old\",\"content\":\"other\"}"),
          Turn.says("Done."));

  public FileSuite() {}

  @Override
  public String apply(long seed) {
    try {
      Path folder = Files.createTempDirectory("stigmer-undo-");
      try {
        return played(folder, (int) seed + 1);
      } finally {
        Folders.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String played(Path folder, int nth) throws IOException {
    Files.writeString(folder.resolve("old"), "it was so");
    Map<String, String> start = files(folder);
    var journal = new InMemoryJournal(InstantSource.system(), owner -> false);
    Workspace workspace = Workspace.open(folder);
    Agent agent = Agent.named("writer").tools(BuiltinTools.over(workspace, Map.of())).build();
    CrashPoints points = CrashPoints.at(nth);
    try {
      points.in(runner(journal), journal).run(agent, "write", RUN);
      return "";
    } catch (Died e) {
      if (journal.list(1).isEmpty() || journal.read(RUN).isEmpty()) {
        return start.equals(files(folder)) ? "" : "files changed before anything was recorded";
      }
    }
    RunEnd end = runner(journal).resume(agent, RUN).end();
    if (!(end instanceof RunEnd.Completed)) {
      return "point " + nth + ": it ends with " + end;
    }
    return undone(folder, journal, workspace, start);
  }

  private static Graphton runner(Journal journal) {
    return Graphton.with(ScriptedModel.of(SCENARIO)).journal(journal);
  }

  private static String undone(
      Path folder, Journal journal, Workspace workspace, Map<String, String> start)
      throws IOException {
    Map<String, String> made = files(folder);
    try {
      new Undo(new Refusing(journal), workspace, RUN, 1).apply("user", Undo.Force.NO);
      return "nothing was to be undone";
    } catch (Refused e) {
      if (!made.equals(files(folder))) {
        return "files were put back, and the run is not told";
      }
    }
    new Undo(journal, workspace, RUN, 1).apply("user", Undo.Force.NO);
    if (journal.inbox().find(RUN, Post.Message.topic(1)).isEmpty()) {
      return "the run is not told";
    }
    return start.equals(files(folder)) ? "" : "the files are " + files(folder) + ", not " + start;
  }

  private static Map<String, String> files(Path folder) throws IOException {
    var files = new TreeMap<String, String>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        files.put(String.valueOf(file.getFileName()), Files.readString(file));
      }
    }
    return files;
  }

  /** The process that undoes dies when it is about to tell the run. */
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static final class Refusing extends ForwardingJournal {
    Refusing(Journal journal) {
      super(journal);
    }

    @Override
    protected JournalWriter around(JournalWriter writer) {
      return writer;
    }

    @Override
    public Inbox inbox() {
      return new ForwardingInbox(super.inbox()) {
        @Override
        public Receipt post(String runId, Post post) {
          throw new Refused();
        }
      };
    }
  }
}

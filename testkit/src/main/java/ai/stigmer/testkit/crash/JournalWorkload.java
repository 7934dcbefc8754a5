package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A process that appends to a journal, to be recorded: says what it tries before each append and
 * what it was promised after it. Arguments: the class of a {@link JournalInFolder}, the folder, how
 * many times the journal is opened, how many appends each time, a seed.
 */
public final class JournalWorkload {
  private static final int RUNS = 4;
  private static final int LONG = 9_000;

  private final PrintStream out;
  private final JournalInFolder journals;
  private final Path folder;
  private final Random random;

  private JournalWorkload(JournalInFolder journals, Path folder, long seed, PrintStream out) {
    this.journals = journals;
    this.folder = folder;
    this.random = new Random(seed);
    this.out = out;
  }

  /**
   * What a program's {@code main} does with its arguments.
   *
   * @param out its standard output
   */
  public static void run(String[] args, PrintStream out) throws ReflectiveOperationException {
    JournalInFolder journals =
        Class.forName(args[0]).asSubclass(JournalInFolder.class).getConstructor().newInstance();
    var lines = new PrintStream(out, true, StandardCharsets.UTF_8);
    var workload = new JournalWorkload(journals, Path.of(args[1]), Long.parseLong(args[4]), lines);
    for (int i = Integer.parseInt(args[2]); i > 0; i--) {
      workload.open(Integer.parseInt(args[3]));
    }
  }

  /**
   * The command that starts a program with the class path of the present one.
   *
   * @param program the class whose {@code main} calls {@link #run}
   */
  public static List<String> command(
      Class<?> program,
      Class<? extends JournalInFolder> journals,
      Path folder,
      int times,
      int appends,
      long seed) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        "-cp",
        System.getProperty("java.class.path"),
        program.getName(),
        journals.getName(),
        folder.toString(),
        String.valueOf(times),
        String.valueOf(appends),
        String.valueOf(seed));
  }

  /** The entry that stands at this place of a run; some texts are long, some of those are equal. */
  static JournalEntry entry(String run, long seq) {
    String text = run + "/" + seq + " " + "x".repeat((int) (seq * 37 % 700));
    if (seq % 6 == 5) {
      text = (seq % 12 == 5 ? "" : text) + "long ".repeat(LONG / 5);
    }
    return new JournalEntry.UserMessage(text);
  }

  private void open(int appends) {
    try (Journal journal = journals.open(folder)) {
      for (int left = appends; left > 0; ) {
        left -= useOneRun(journal, Math.min(left, 1 + random.nextInt(5)));
        if (random.nextInt(3) == 0) {
          journals.maintain(folder);
        }
      }
    }
  }

  private int useOneRun(Journal journal, int appends) {
    String run = "r" + random.nextInt(RUNS);
    boolean known = journal.list(RUNS).stream().anyMatch(each -> each.runId().equals(run));
    try (JournalWriter writer = known ? journal.claim(run, "w") : journal.create(run, "w")) {
      long seq = writer.before().size();
      for (int i = 0; i < appends; i++) {
        var batch = new ArrayList<JournalEntry>();
        for (int more = 1 + random.nextInt(3); more > 0; more--) {
          batch.add(entry(run, seq + batch.size() + 1));
        }
        out.println("trying " + run + " " + (seq + batch.size()));
        seq = writer.append(batch);
        out.println("appended " + run + " " + seq);
      }
    }
    return appends;
  }
}

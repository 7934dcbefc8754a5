package ai.stigmer.graphton.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.stigmer.graphton.permission.ShellLine.Redirection;
import ai.stigmer.graphton.permission.ShellLine.SimpleCommand;
import ai.stigmer.graphton.permission.ShellLine.Understood;
import ai.stigmer.graphton.permission.ShellLine.Word;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Compares the parser with real shells: each generated line is run by the shell, in which every
 * program that a line can name is a function that writes down what it was given. Whatever the shell
 * runs or writes must be among what the parser says.
 */
final class RealShellTest {
  private static final int LINES = 34_000;
  private static final int AT_ONCE = 2_000;
  private static final List<String> PROGRAMS = List.of("git", "rm", "ls", "cat", "sort", "tool");
  private static final List<String> PIECES =
      List.of(
          " ",
          " ",
          " ",
          " ",
          " ",
          "git",
          "rm",
          "ls",
          "tool",
          "-r",
          "a",
          "b.txt",
          "x=1",
          "f1",
          "f2",
          "'",
          "'",
          "\"",
          "\"",
          "\\",
          "$",
          "${",
          "}",
          "$(",
          ")",
          "`",
          "(",
          "{",
          ";",
          ";",
          "&",
          "&&",
          "||",
          "|",
          "\n",
          ">",
          ">>",
          "<",
          ">f3",
          "> f4",
          "2>&1",
          ">&2",
          "2>",
          "&>",
          ">|",
          "<>",
          "<<",
          "#",
          "!",
          "~",
          "*",
          "?",
          "[a]",
          "=",
          "+=",
          "\t",
          "if",
          "then",
          "fi",
          "do",
          "done",
          "eval",
          "exec",
          "\\\n",
          "$'",
          "\\'",
          "\\\"",
          ":",
          "%",
          "^",
          ",",
          "@",
          "1",
          "12",
          "é",
          "-",
          "--",
          "x/y",
          "git a",
          "{a,b}",
          "a{1..3}",
          "12>f6",
          "tool *",
          "[a-z]*",
          "rm -r x",
          "'a b'",
          "\"c d\"",
          "tool 'x'",
          "; rm",
          "&& rm x");

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"dash, 1", "bash --posix, 2", "bash, 3"})
  void aShellRunsNothingThatTheParserDidNotSee(String shell, long seed) throws Exception {
    assumeThat(available(shell)).as(shell + " is here").isTrue();
    var random = new Random(seed);
    int understood = 0;
    for (int done = 0; done < LINES; done += AT_ONCE) {
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        lines.add(line(random));
      }
      understood += compare(shell, lines);
    }
    assertThat(understood).as("lines that say something").isGreaterThan(LINES / 20);
  }

  /** Random pieces; half of the lines begin as plain commands do, so that many are understood. */
  private static String line(Random random) {
    var line = new StringBuilder();
    boolean plain = random.nextBoolean();
    int pieces = 1 + random.nextInt(12);
    for (int i = 0; i < pieces; i++) {
      boolean tame = plain && random.nextInt(6) > 0;
      line.append(tame ? tame(random, i) : PIECES.get(random.nextInt(PIECES.size())));
    }
    return line.toString();
  }

  private static String tame(Random random, int at) {
    String[] words = {"git", " a", " 'b c'", " \"d\"", " && rm", "; ls", " | sort", " >f5", " -x"};
    return at == 0 ? PROGRAMS.get(random.nextInt(PROGRAMS.size())) : words[random.nextInt(9)];
  }

  private int compare(String shell, List<String> lines) throws Exception {
    List<String> understood =
        lines.stream().filter(line -> ShellLine.parse(line) instanceof Understood).toList();
    List<Seen> seen = run(shell, understood);
    for (int i = 0; i < understood.size(); i++) {
      Understood said = (Understood) ShellLine.parse(understood.get(i));
      for (List<String> ran : seen.get(i).commands()) {
        assertThat(said.commands())
            .as("%s ran %s of the line <%s>", shell, ran, understood.get(i))
            .anyMatch(command -> covers(command, ran));
      }
      Set<String> files = new HashSet<>();
      said.commands().stream()
          .flatMap(command -> command.redirections().stream())
          .filter(Redirection::writes)
          .forEach(redirection -> files.add(redirection.file()));
      assertThat(files)
          .as("%s made files by the line <%s>", shell, understood.get(i))
          .containsAll(seen.get(i).files());
    }
    return understood.size();
  }

  /** Whether the words could have become these arguments; an expanded one is any of them. */
  private static boolean covers(SimpleCommand command, List<String> ran) {
    List<Word> words = command.words();
    if (words.stream().allMatch(Word::literal)) {
      return words.stream().map(Word::text).toList().equals(ran);
    }
    int first = 0;
    while (words.get(first).literal()) {
      first++;
    }
    return words.subList(0, first).stream()
        .map(Word::text)
        .toList()
        .equals(ran.subList(0, Math.min(first, ran.size())));
  }

  private record Seen(List<List<String>> commands, List<String> files) {}

  /**
   * Runs the lines in one shell and reads its log: C and the number of words, each word with a C in
   * front; F and a file; E at the end of a line. One write for each, as parts of a pipe write at
   * the same time.
   */
  private List<Seen> run(String shell, List<String> lines) throws Exception {
    Path log = folder.resolve("log");
    Path work = Files.createDirectories(folder.resolve("work"));
    var script = new StringBuilder();
    script
        .append("cd ")
        .append(quoted(work.toString()))
        .append("\nexec 9>")
        .append(quoted(log + ""));
    script.append("\nPATH=/nonexistent\n");
    script.append("note() { printf 'C%s\\037' \"$#\" \"$@\" >&9; }\n");
    PROGRAMS.forEach(name -> script.append(name + "() { note " + name + " \"$@\"; }\n"));
    for (String line : lines) {
      script.append("( eval ").append(quoted(line)).append(" ) </dev/null >/dev/null 2>&1\n");
      script.append("for f in *; do [ -e \"$f\" ] && printf 'F%s\\037' \"$f\" >&9");
      script.append(" && /bin/rm -rf -- \"$f\"; done\nprintf 'E\\037' >&9\n");
    }
    Path file = Files.writeString(folder.resolve("script"), script);
    List<String> command = new ArrayList<>(Arrays.asList(shell.split(" ")));
    command.add(file.toString());
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile())
            .start();
    process.waitFor();
    List<Seen> seen = parse(Files.readString(log, StandardCharsets.UTF_8).split("\037", -1));
    assertThat(seen).as(Files.readString(folder.resolve("out"))).hasSameSizeAs(lines);
    return seen;
  }

  private static List<Seen> parse(String[] marks) {
    var seen = new ArrayList<Seen>();
    var commands = new ArrayList<List<String>>();
    var files = new ArrayList<String>();
    for (int i = 0; i < marks.length - 1; i++) {
      String mark = marks[i];
      if (mark.equals("E")) {
        seen.add(new Seen(List.copyOf(commands), List.copyOf(files)));
        commands.clear();
        files.clear();
      } else if (mark.startsWith("F")) {
        files.add(mark.substring(1));
      } else {
        int words = Integer.parseInt(mark.substring(1));
        List<String> ran = Arrays.asList(marks).subList(i + 1, i + 1 + words);
        commands.add(ran.stream().map(word -> word.substring(1)).toList());
        i += words;
      }
    }
    return seen;
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  private static boolean available(String shell) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(shell.split(" ")[0], "-c", "exit 0").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}

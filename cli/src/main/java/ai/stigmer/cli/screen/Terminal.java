package ai.stigmer.cli.screen;

import static java.util.Objects.requireNonNull;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Which of the three standard streams are a terminal, and whether colour is welcome there.
 *
 * @param in whether somebody can answer a question
 * @param out whether the answer is read on a screen
 * @param err whether progress is read on a screen
 * @param palette the colours for progress
 */
public record Terminal(boolean in, boolean out, boolean err, Palette palette) {

  /** Nothing is a terminal, as in a script. */
  public static final Terminal NONE = new Terminal(false, false, false, Palette.PLAIN);

  public Terminal {
    requireNonNull(palette, "palette is null");
  }

  /**
   * Finds out. The launcher's word in the system property {@code stigmer.tty} (three digits, 1 for
   * a terminal, for standard input, output and error) wins; without it Linux is asked through
   * {@code /proc}, other systems through the JDK's console.
   */
  public static Terminal detect(Map<String, String> env) {
    String told = System.getProperty("stigmer.tty", "");
    boolean in = isTerminal(told, 0);
    boolean out = isTerminal(told, 1);
    boolean err = isTerminal(told, 2);
    boolean colour = err && !set(env, "NO_COLOR") && !"dumb".equals(env.get("TERM"));
    return new Terminal(in, out, err, colour ? Palette.ANSI : Palette.PLAIN);
  }

  private static boolean set(Map<String, String> env, String name) {
    return !env.getOrDefault(name, "").isEmpty();
  }

  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal(String told, int descriptor) {
    if (told.matches("[01]{3}")) {
      return told.charAt(descriptor) == '1';
    }
    Path link = Path.of("/proc/self/fd/" + descriptor);
    try {
      if (Files.isSymbolicLink(link)) {
        String target = Files.readSymbolicLink(link).toString();
        return target.startsWith("/dev/pts/")
            || target.startsWith("/dev/tty")
            || target.equals("/dev/console");
      }
    } catch (IOException e) {
      return false;
    }
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}

package ai.stigmer.graphton.permission;

import ai.stigmer.graphton.permission.ShellLine.SimpleCommand;
import ai.stigmer.graphton.permission.ShellLine.Word;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/**
 * Commands that a rule speaks of, written as a command: {@code git status}, {@code git log *},
 * {@code npm run test:*}. A {@code *} as the last word stands for any further words, also none; one
 * between others for exactly one word; one within a word for any characters.
 */
final class CommandPattern {

  /** Programs that run the program that they are given. */
  private static final Set<String> WRAPPERS =
      Set.of(
          "busybox",
          "chroot",
          "chrt",
          "doas",
          "env",
          "find",
          "flock",
          "ionice",
          "nice",
          "nohup",
          "nsenter",
          "parallel",
          "runuser",
          "script",
          "setpriv",
          "setsid",
          "stdbuf",
          "strace",
          "su",
          "sudo",
          "taskset",
          "time",
          "timeout",
          "toybox",
          "unshare",
          "watch",
          "xargs");

  private final List<Word> words;

  private CommandPattern(List<Word> words) {
    this.words = words;
  }

  /**
   * Reads a pattern; {@code *} alone stands for every command.
   *
   * @throws IllegalArgumentException when it is not one plain command
   */
  static CommandPattern parse(String text) {
    if (text.strip().equals("*")) {
      return new CommandPattern(List.of(new Word("*", false)));
    }
    return switch (ShellLine.parse(text)) {
      case ShellLine.Unclear(String reason) -> throw new IllegalArgumentException(reason);
      case ShellLine.Understood(List<SimpleCommand> commands)
          when commands.size() > 1 || !commands.getFirst().redirections().isEmpty() ->
          throw new IllegalArgumentException("a pattern is one command without < and >");
      case ShellLine.Understood(List<SimpleCommand> commands) ->
          new CommandPattern(commands.getFirst().words());
    };
  }

  /** Whether it certainly speaks of the command; for rules that allow. */
  boolean covers(SimpleCommand command) {
    return matches(command.words(), false);
  }

  /**
   * Whether it may speak of the command; for rules that ask or deny. A program is meant wherever it
   * lies, and also when another program starts it.
   */
  boolean mayMean(SimpleCommand command) {
    List<Word> given = command.words();
    boolean wrapped = WRAPPERS.contains(name(given.getFirst()));
    for (int from = 0; from < (wrapped ? given.size() : 1); from++) {
      if (matches(given.subList(from, given.size()), true)) {
        return true;
      }
    }
    return false;
  }

  static String name(Word program) {
    return program.text().substring(program.text().lastIndexOf('/') + 1);
  }

  /** Follows every place of the pattern that the words so far can have reached. */
  private boolean matches(List<Word> given, boolean loosely) {
    BitSet reached = new BitSet();
    reached.set(0);
    for (int i = 0; i < given.size(); i++) {
      Word word = given.get(i);
      BitSet next = new BitSet();
      for (int at = reached.nextSetBit(0); at >= 0; at = reached.nextSetBit(at + 1)) {
        if (takesTheRest(at)) {
          return true;
        }
        if (at == words.size()) {
          continue;
        }
        if (!word.literal()) {
          next.set(at + 1, loosely ? words.size() + 1 : at + 1);
        } else if (isAny(at) || fits(words.get(at), word, loosely && i == 0)) {
          next.set(at + 1);
        }
      }
      reached = next;
    }
    return reached.get(words.size())
        || (takesTheRest(words.size() - 1) && reached.get(words.size() - 1));
  }

  private boolean takesTheRest(int at) {
    return at == words.size() - 1 && isAny(at);
  }

  private boolean isAny(int at) {
    return !words.get(at).literal() && words.get(at).text().equals("*");
  }

  private static boolean fits(Word pattern, Word given, boolean program) {
    String text = program && pattern.text().indexOf('/') < 0 ? name(given) : given.text();
    return pattern.literal()
        ? pattern.text().equals(text)
        : NameWildcard.matches(pattern.text(), text);
  }
}

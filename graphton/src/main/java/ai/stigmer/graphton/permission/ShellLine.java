package ai.stigmer.graphton.permission;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** What a command line does, as far as that can be told without running it. */
public sealed interface ShellLine {

  /**
   * Reads a line as a POSIX shell would. It is understood only when every shell that may serve as
   * {@code /bin/sh} (dash, bash, ksh, busybox) would run exactly these commands; whatever expands,
   * substitutes, groups, defines or loops is unclear.
   */
  static ShellLine parse(String line) {
    return new ShellParser(line).line();
  }

  /**
   * Each command that the line can run, in order of its appearance; which of them run depends on
   * how the ones before them end.
   */
  record Understood(List<SimpleCommand> commands) implements ShellLine {
    public Understood {
      commands = List.copyOf(commands);
    }
  }

  /**
   * The line may do more than can be told.
   *
   * @param reason why, to be read after the words "it is not clear what it does:"
   */
  record Unclear(String reason) implements ShellLine {
    public Unclear {
      requireNonNull(reason, "reason is null");
    }
  }

  /**
   * One program and what it is given.
   *
   * @param words the program and its arguments, at least one
   */
  record SimpleCommand(List<Word> words, List<Redirection> redirections) {
    public SimpleCommand {
      words = List.copyOf(words);
      redirections = List.copyOf(redirections);
    }

    /** The words with a space between, for people. */
    public String text() {
      return String.join(" ", words.stream().map(Word::text).toList());
    }
  }

  /**
   * One argument.
   *
   * @param literal whether the program gets this very text; otherwise the shell makes file names or
   *     a home folder of it, which can be any number of arguments
   */
  record Word(String text, boolean literal) {
    public Word {
      requireNonNull(text, "text is null");
    }
  }

  /**
   * A file that the shell opens for a command.
   *
   * @param writes whether it is made, emptied or appended to
   */
  record Redirection(String file, boolean writes) {
    public Redirection {
      requireNonNull(file, "file is null");
    }
  }
}

package ai.stigmer.graphton.permission;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.permission.ShellLine.SimpleCommand;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One line of the policy: a verdict on a tool, or on some commands or paths of it.
 *
 * <p>{@code execute} speaks of every command, {@code execute(git log *)} of those that begin so,
 * {@code edit_file(src/**)} of files beneath a folder, {@code github__*} of every tool of a server.
 * {@code shell} means {@code execute}; {@code read} and {@code edit} mean every built-in tool that
 * does so.
 */
public final class Rule {
  private static final Pattern SHAPE =
      Pattern.compile("\\s*([A-Za-z0-9_*-]{1,64})\\s*(?:\\((.*)\\))?\\s*", Pattern.DOTALL);
  private static final Map<String, List<String>> GROUPS =
      Map.of(
          "shell", List.of("execute"),
          "read", List.of("read_file", "ls", "glob", "grep"),
          "edit", List.of("write_file", "edit_file"));

  private final Verdict verdict;
  private final String text;
  private final String tool;
  private final Optional<CommandPattern> command;
  private final Optional<PathPattern> path;

  private Rule(
      Verdict verdict,
      String text,
      String tool,
      Optional<CommandPattern> command,
      Optional<PathPattern> path) {
    this.verdict = verdict;
    this.text = text;
    this.tool = tool;
    this.command = command;
    this.path = path;
  }

  /**
   * Reads a rule.
   *
   * @throws IllegalArgumentException when it is not one; the message says why and is for people
   */
  public static Rule parse(Verdict verdict, String text) {
    requireNonNull(verdict, "verdict is null");
    Matcher shape = SHAPE.matcher(text);
    if (!shape.matches()) {
      throw new IllegalArgumentException(
          "a rule is a tool or tool(pattern), for example execute(git status) or edit(src/**)");
    }
    String tool = shape.group(1);
    String pattern = shape.group(2);
    String shown = text.strip();
    if (pattern == null) {
      return new Rule(verdict, shown, tool, Optional.empty(), Optional.empty());
    }
    if (names(tool).contains("execute")) {
      CommandPattern command = CommandPattern.parse(pattern);
      return new Rule(verdict, shown, tool, Optional.of(command), Optional.empty());
    }
    if (names("read").containsAll(names(tool)) || names("edit").containsAll(names(tool))) {
      PathPattern path = PathPattern.parse(pattern);
      return new Rule(verdict, shown, tool, Optional.empty(), Optional.of(path));
    }
    throw new IllegalArgumentException(
        "only commands and files have patterns; name the tool alone: " + tool);
  }

  public Verdict verdict() {
    return verdict;
  }

  /** The rule as it was written. */
  public String text() {
    return text;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Rule rule && verdict == rule.verdict && text.equals(rule.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(verdict, text);
  }

  @Override
  public String toString() {
    return verdict.name().toLowerCase(Locale.ROOT) + " " + text;
  }

  /**
   * Whether it speaks of an example: a command for {@code execute}, a file relative to the
   * workspace for a tool of files with a pattern, else the name of a tool. A rule that allows
   * speaks of a line only when it covers all of its commands, any other one when it may mean one.
   */
  public boolean speaksOf(String example) {
    if (path.isPresent()) {
      return isAboutFile(List.of(example));
    }
    if (!names(tool).contains("execute")) {
      return isAbout(example);
    }
    return command.isEmpty()
        || switch (ShellLine.parse(example)) {
          case ShellLine.Unclear _ -> false;
          case ShellLine.Understood(List<SimpleCommand> commands) ->
              verdict == Verdict.ALLOW
                  ? commands.stream().allMatch(this::isAbout)
                  : commands.stream().anyMatch(this::isAbout);
        };
  }

  /** Whether it allows to change files, or every command. */
  boolean opensAll() {
    return verdict == Verdict.ALLOW
        && (isAboutAllOf("execute") || names("edit").stream().anyMatch(this::isAbout));
  }

  boolean isAbout(String name) {
    return names(tool).stream().anyMatch(wanted -> NameWildcard.matches(wanted, name));
  }

  /** Whether it speaks of the tool whatever it is asked. */
  boolean isAboutAllOf(String name) {
    return isAbout(name) && command.isEmpty() && path.isEmpty();
  }

  /** Whether it speaks of this command; a rule that allows must do so for certain. */
  boolean isAbout(SimpleCommand given) {
    return command.isEmpty()
        || (verdict == Verdict.ALLOW ? command.get().covers(given) : command.get().mayMean(given));
  }

  /**
   * Whether it speaks of this file.
   *
   * @param names every name by which the file is known, relative to the workspace, with slashes; a
   *     rule that allows must know them all, any other one of them
   */
  boolean isAboutFile(List<String> names) {
    if (path.isEmpty()) {
      return true;
    }
    return verdict == Verdict.ALLOW
        ? names.stream().allMatch(path.get()::matches)
        : names.stream().anyMatch(path.get()::matches);
  }

  private static List<String> names(String tool) {
    return GROUPS.getOrDefault(tool, List.of(tool));
  }
}

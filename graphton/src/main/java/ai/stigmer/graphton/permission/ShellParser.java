package ai.stigmer.graphton.permission;

import ai.stigmer.graphton.permission.ShellLine.Redirection;
import ai.stigmer.graphton.permission.ShellLine.SimpleCommand;
import ai.stigmer.graphton.permission.ShellLine.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads the part of the shell's grammar in which the text alone says what runs: words, quotes,
 * {@code && || ; |}, line ends, and files named after {@code < > >>}.
 *
 * <p>It refuses by what it does not know, never by what it knows to be bad: every character that is
 * special to any shell and is not handled here ends it. Not thread-safe; for one line.
 */
final class ShellParser {
  private static final int LONGEST_LINE = 8_192;
  private static final int MOST_COMMANDS = 50;
  private static final String SPECIAL = "$`(){}";
  private static final String PATTERN = "*?[]~";

  /** Words that are grammar where a command begins. */
  private static final Set<String> RESERVED =
      Set.of(
          "!",
          "[[",
          "]]",
          "case",
          "coproc",
          "do",
          "done",
          "elif",
          "else",
          "esac",
          "fi",
          "for",
          "function",
          "if",
          "in",
          "namespace",
          "select",
          "then",
          "time",
          "until",
          "while");

  /** Commands of the shell itself that change what the rest means, or run what they are told. */
  private static final Set<String> REWRITING =
      Set.of(
          ".",
          "alias",
          "bind",
          "builtin",
          "command",
          "declare",
          "enable",
          "eval",
          "exec",
          "export",
          "fc",
          "getopts",
          "hash",
          "history",
          "let",
          "local",
          "mapfile",
          "nameref",
          "newgrp",
          "read",
          "readarray",
          "readonly",
          "set",
          "shift",
          "shopt",
          "source",
          "trap",
          "typeset",
          "unalias",
          "unset");

  private final String line;
  private final List<SimpleCommand> commands = new ArrayList<>();
  private List<Word> words = new ArrayList<>();
  private List<Redirection> redirections = new ArrayList<>();
  private int at;

  ShellParser(String line) {
    this.line = line;
  }

  ShellLine line() {
    try {
      checkCharacters();
      commands();
      return new ShellLine.Understood(commands);
    } catch (Unclear e) {
      return new ShellLine.Unclear(e.reason);
    }
  }

  /** Leaves the parser from wherever it is; never seen outside. */
  private static final class Unclear extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final String reason;

    Unclear(String reason) {
      super(reason, null, false, false);
      this.reason = reason;
    }
  }

  /** Shells disagree about invisible characters, and people cannot see them. */
  private void checkCharacters() {
    if (line.length() > LONGEST_LINE) {
      throw new Unclear("it is longer than " + LONGEST_LINE + " characters");
    }
    line.codePoints()
        .filter(c -> !isPlain(c))
        .findFirst()
        .ifPresent(
            c -> {
              throw new Unclear("it holds the invisible character U+" + "%04X".formatted(c));
            });
  }

  private static boolean isPlain(int c) {
    if (c < 0x80) {
      return (c >= ' ' && c != 0x7f) || c == '\n' || c == '\t';
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private void commands() {
    boolean owed = false;
    skipLines();
    while (true) {
      skipBlanks();
      if (at == line.length()) {
        break;
      }
      simpleCommand();
      owed = separator();
    }
    if (owed) {
      throw new Unclear("it ends where another command is due");
    }
    if (commands.isEmpty()) {
      throw new Unclear("it is empty");
    }
  }

  private void simpleCommand() {
    words = new ArrayList<>();
    redirections = new ArrayList<>();
    while (part()) {
      skipBlanks();
    }
    if (words.isEmpty()) {
      throw new Unclear("a command is missing");
    }
    checkProgram(words.getFirst());
    commands.add(new SimpleCommand(words, redirections));
    if (commands.size() > MOST_COMMANDS) {
      throw new Unclear("it has more than " + MOST_COMMANDS + " commands");
    }
  }

  private static void checkProgram(Word program) {
    String name = program.text();
    if (!program.literal()) {
      throw new Unclear("the shell makes the name of the program from \"" + name + "\"");
    }
    if (name.isEmpty()) {
      throw new Unclear("the name of a program is empty");
    }
    if (name.indexOf('=') >= 0) {
      throw new Unclear("it may set a variable: " + name);
    }
    if (RESERVED.contains(name)) {
      throw new Unclear("it uses \"" + name + "\" of the shell's grammar");
    }
    if (REWRITING.contains(name)) {
      throw new Unclear("\"" + name + "\" can change what the rest does");
    }
  }

  /** Reads the end of a command; true when another one must follow. */
  private boolean separator() {
    if (at == line.length()) {
      return false;
    }
    char c = line.charAt(at);
    if (c == '\n') {
      skipLines();
      return false;
    }
    if (line.startsWith("&&", at) || line.startsWith("||", at)) {
      at += 2;
      notAnother("&|;");
      skipLines();
      return true;
    }
    at++;
    notAnother("&|;");
    return switch (c) {
      case '|' -> {
        skipLines();
        yield true;
      }
      case ';' -> {
        skipLines();
        yield false;
      }
      case '&' -> throw new Unclear("a command goes on in the background");
      default -> throw new Unclear("it holds \"" + c + "\"");
    };
  }

  private void notAnother(String operators) {
    if (at < line.length() && operators.indexOf(line.charAt(at)) >= 0) {
      throw new Unclear("it holds \"" + line.substring(at - 1, at + 1) + "\"");
    }
  }

  /** Reads one word or redirection; false where neither begins. */
  private boolean part() {
    if (at == line.length() || "\n;|&".indexOf(line.charAt(at)) >= 0) {
      return false;
    }
    int digits = at;
    while (digits < line.length() && line.charAt(digits) >= '0' && line.charAt(digits) <= '9') {
      digits++;
    }
    if (digits < line.length() && (line.charAt(digits) == '>' || line.charAt(digits) == '<')) {
      if (digits - at > 1) {
        throw new Unclear("shells disagree about \"" + line.substring(at, digits + 1) + "\"");
      }
      at = digits;
      redirection();
    } else {
      words.add(word());
    }
    return true;
  }

  private void redirection() {
    boolean writes = line.charAt(at) == '>';
    at++;
    if (writes && at < line.length() && line.charAt(at) == '>') {
      at++;
    } else if (writes && at < line.length() && line.charAt(at) == '&') {
      at++;
      copyOfDescriptor();
      return;
    }
    if (at < line.length() && "<>&|".indexOf(line.charAt(at)) >= 0) {
      throw new Unclear("it holds the redirection \"" + line.substring(at - 1, at + 1) + "\"");
    }
    skipBlanks();
    if (at == line.length() || "\n;|&<>".indexOf(line.charAt(at)) >= 0) {
      throw new Unclear("a redirection names no file");
    }
    Word file = word();
    if (!file.literal() || file.text().isEmpty()) {
      throw new Unclear("the shell makes the name of a file from \"" + file.text() + "\"");
    }
    redirections.add(new Redirection(file.text(), writes));
  }

  /** {@code 2>&1} names no file; {@code >&name} does so in some shells only. */
  private void copyOfDescriptor() {
    int begin = at;
    while (at < line.length() && "\n\t ;|&<>".indexOf(line.charAt(at)) < 0) {
      at++;
    }
    String target = line.substring(begin, at);
    if (!target.equals("1") && !target.equals("2")) {
      throw new Unclear("it holds the redirection \">&" + target + "\"");
    }
  }

  private Word word() {
    if (line.charAt(at) == '#') {
      throw new Unclear("it holds a comment");
    }
    var text = new StringBuilder();
    boolean literal = true;
    while (at < line.length() && "\n\t ;|&<>".indexOf(line.charAt(at)) < 0) {
      char c = line.charAt(at++);
      switch (c) {
        case '\'' -> quoted(text);
        case '"' -> doublyQuoted(text);
        case '\\' -> text.append(escaped());
        default -> {
          if (SPECIAL.indexOf(c) >= 0) {
            throw new Unclear("it holds \"" + c + "\", of which the shell makes something else");
          }
          literal &= PATTERN.indexOf(c) < 0;
          text.append(c);
        }
      }
    }
    return new Word(text.toString(), literal);
  }

  private void quoted(StringBuilder text) {
    int end = line.indexOf('\'', at);
    if (end < 0) {
      throw new Unclear("a ' is not closed");
    }
    text.append(line, at, end);
    at = end + 1;
  }

  private void doublyQuoted(StringBuilder text) {
    while (at < line.length()) {
      char c = line.charAt(at++);
      if (c == '"') {
        return;
      }
      if (c == '$' || c == '`') {
        throw new Unclear("it holds \"" + c + "\", of which the shell makes something else");
      }
      boolean escapes = c == '\\' && at < line.length() && "$`\"\\\n".indexOf(line.charAt(at)) >= 0;
      text.append(escapes ? escaped() : c);
    }
    throw new Unclear("a \" is not closed");
  }

  private char escaped() {
    if (at == line.length() || line.charAt(at) == '\n') {
      throw new Unclear("a line goes on after a \\");
    }
    return line.charAt(at++);
  }

  private void skipBlanks() {
    while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t')) {
      at++;
    }
  }

  private void skipLines() {
    skipBlanks();
    while (at < line.length() && line.charAt(at) == '\n') {
      at++;
      skipBlanks();
    }
  }
}

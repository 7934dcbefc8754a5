package ai.stigmer.it;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Finds methods and constructors in formatted Java: a line that ends in an opening brace, up to its
 * closing one.
 */
final class Methods {
  private static final Pattern HEAD =
      Pattern.compile(
          "^ ++(?!(if|for|while|switch|try|do|else|synchronized|catch|return|case|new)\\b).*\\).*\\{$");
  private static final Pattern TYPE =
      Pattern.compile(".*\\b(class|interface|enum|record)\\s+\\w+.*");

  private Methods() {}

  /**
   * A method.
   *
   * @param line of its head, from 1
   * @param length in lines, head and closing brace included
   */
  record Method(int line, int length) {}

  static List<Method> in(List<String> lines) {
    var methods = new ArrayList<Method>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (HEAD.matcher(line).matches()
          && !TYPE.matcher(lines.get(headOf(lines, i))).matches()
          && !line.contains("->")
          && !line.contains(" = new ")) {
        String head = lines.get(headOf(lines, i));
        String closing = " ".repeat(head.length() - head.stripLeading().length()) + "}";
        int end = i;
        while (end < lines.size() && !lines.get(end).equals(closing)) {
          end++;
        }
        if (end < lines.size()) {
          int first = headOf(lines, i);
          methods.add(new Method(first + 1, end - first + 1));
        }
      }
    }
    return methods;
  }

  /** The line on which the parenthesis opens that this line closes. */
  private static int headOf(List<String> lines, int index) {
    int line = index;
    int open = balance(lines.get(line));
    while (open < 0 && line > 0) {
      line--;
      open += balance(lines.get(line));
    }
    return line;
  }

  private static int balance(String line) {
    return (int)
        (line.chars().filter(c -> c == '(').count() - line.chars().filter(c -> c == ')').count());
  }
}

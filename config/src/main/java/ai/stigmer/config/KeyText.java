package ai.stigmer.config;

import ai.stigmer.config.KeyFile.Entry;
import ai.stigmer.config.KeyFile.Form;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/**
 * Changes one key in a YAML text and touches nothing else. What it makes of an unusual text may be
 * wrong; the caller reads the result again before it trusts it.
 */
final class KeyText {
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9/._:-]*[A-Za-z0-9/._-])?");
  private static final Pattern BLANK_OR_COMMENT = Pattern.compile("\\s*(#.*)?\\s*");

  private KeyText() {}

  /** The text with this value at the key. */
  static String with(String text, KeyFile keys, String key, String value) {
    Entry entry = keys.entries().get(key);
    return entry == null
        ? inserted(text, keys, List.of(key.split("\\.", -1)), scalar(value))
        : replaced(text, entry, scalar(value));
  }

  /** The text without the key: its lines are removed, or its value within braces. */
  static String without(String text, Entry entry) {
    int from = lineStart(text, at(text, start(entry.node().getKeyNode())));
    int end = at(text, end(entry.node().getValueNode()));
    int to = end > 0 && text.charAt(end - 1) == '\n' ? end : lineEnd(text, end);
    boolean alone =
        text.substring(from, at(text, start(entry.node().getKeyNode()))).isBlank()
            && BLANK_OR_COMMENT.matcher(text.substring(Math.min(end, to), to)).matches();
    return alone ? text.substring(0, from) + text.substring(to) : replaced(text, entry, "null");
  }

  private static String replaced(String text, Entry entry, String scalar) {
    int from = at(text, start(entry.node().getValueNode()));
    int to = at(text, end(entry.node().getValueNode()));
    String before = text.substring(0, from);
    String gap = entry.form() == Form.NOTHING && before.endsWith(":") ? " " : "";
    String lineEnd = from < to && text.charAt(to - 1) == '\n' ? "\n" : "";
    return before + gap + scalar + lineEnd + text.substring(to);
  }

  /** Below the deepest parent that is there, or at the end with all its parents. */
  private static String inserted(String text, KeyFile keys, List<String> parts, String scalar) {
    for (int depth = parts.size() - 1; depth > 0; depth--) {
      String parent = String.join(".", parts.subList(0, depth));
      List<String> rest = parts.subList(depth, parts.size());
      NodeTuple section = keys.sections().get(parent);
      if (section != null && section.getValueNode() instanceof MappingNode mapping) {
        return into(text, mapping, lineOf(text, section), rest, scalar);
      }
      Entry empty = keys.entries().get(parent);
      if (empty != null) {
        int indent = start(empty.node().getKeyNode()).getColumn() + 2;
        return block(text, lineOf(text, empty.node()), indent, rest, scalar);
      }
    }
    return keys.root().orElse(null) instanceof MappingNode root
        ? into(text, root, text.length(), parts, scalar)
        : block(text, text.length(), 0, parts, scalar);
  }

  private static String into(
      String text, MappingNode parent, int where, List<String> rest, String scalar) {
    if (parent.getFlowStyle() != FlowStyle.FLOW) {
      int indent = start(parent.getValue().getFirst().getKeyNode()).getColumn();
      return block(text, where, indent, rest, scalar);
    }
    int brace = at(text, start(parent)) + 1;
    String entry = String.join(": {", rest) + ": " + scalar + "}".repeat(rest.size() - 1);
    String comma = parent.getValue().isEmpty() ? "" : ", ";
    return text.substring(0, brace) + entry + comma + text.substring(brace);
  }

  private static String block(
      String text, int where, int indent, List<String> rest, String scalar) {
    var lines = new StringBuilder();
    if (where > 0 && text.charAt(where - 1) != '\n') {
      lines.append('\n');
    }
    for (int i = 0; i < rest.size(); i++) {
      String end = i == rest.size() - 1 ? ": " + scalar : ":";
      lines.append(" ".repeat(indent + 2 * i)).append(rest.get(i)).append(end).append('\n');
    }
    return text.substring(0, where) + lines + text.substring(where);
  }

  /** Where the line after a section's head begins. */
  private static int lineOf(String text, NodeTuple section) {
    return lineEnd(text, at(text, start(section.getKeyNode())));
  }

  private static int lineStart(String text, int index) {
    return text.lastIndexOf('\n', index - 1) + 1;
  }

  /** Behind the line's end. */
  private static int lineEnd(String text, int index) {
    int end = text.indexOf('\n', index);
    return end < 0 ? text.length() : end + 1;
  }

  private static Mark start(Node node) {
    return node.getStartMark().orElseThrow();
  }

  private static Mark end(Node node) {
    return node.getEndMark().orElseThrow();
  }

  /** Marks count code points. */
  private static int at(String text, Mark mark) {
    return text.offsetByCodePoints(0, mark.getIndex());
  }

  /** Quoted unless it is a word that YAML takes for nothing but a text or a number. */
  private static String scalar(String value) {
    boolean special = Arrays.asList("null", "true", "false").contains(value);
    return PLAIN.matcher(value).matches() && !special
        ? value
        : "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}

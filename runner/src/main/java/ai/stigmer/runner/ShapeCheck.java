package ai.stigmer.runner;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Spelling;
import ai.stigmer.runner.Shape.Count;
import ai.stigmer.runner.Shape.Field;
import ai.stigmer.runner.Shape.Flag;
import ai.stigmer.runner.Shape.Keys;
import ai.stigmer.runner.Shape.ListOf;
import ai.stigmer.runner.Shape.MapOf;
import ai.stigmer.runner.Shape.Text;
import ai.stigmer.runner.Shape.TextOr;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Holds a YAML file against its shape and finds everything that is wrong, with its place. */
final class ShapeCheck {
  private final String file;
  private final List<Problem> problems = new ArrayList<>();

  /** The key of each value; an unknown one is told where the key stands. */
  private final IdentityHashMap<Node, Node> keyNodes = new IdentityHashMap<>();

  private ShapeCheck(String file) {
    this.file = file;
  }

  /** Everything that is wrong, in the order of the file; {@code E121} and {@code E122}. */
  static List<Problem> check(String file, Node root, Keys shape) {
    ShapeCheck check = new ShapeCheck(file);
    check.keys("", root, shape);
    return check.problems;
  }

  private void any(String path, Node node, Shape shape) {
    switch (shape) {
      case Text text -> text(path, node, text);
      case Flag _ -> {
        if (!scalar(node).equals("true") && !scalar(node).equals("false")) {
          bad(node, quoted(path) + " must be true or false");
        }
      }
      case Count count -> count(path, node, count);
      case ListOf list -> list(path, node, list.item());
      case MapOf map -> each(path, node, (key, value) -> any(path + "." + key, value, map.value()));
      case TextOr(Keys keys) -> {
        if (!(node instanceof ScalarNode)) {
          keys(path, node, keys);
        }
      }
      case Keys keys -> keys(path, node, keys);
    }
  }

  private void text(String path, Node node, Text text) {
    if (!(node instanceof ScalarNode)) {
      bad(node, quoted(path) + " must be a text");
    } else if (scalar(node).strip().length() < text.least()) {
      bad(
          node,
          text.least() == 1
              ? quoted(path) + " must not be empty"
              : quoted(path) + " must have at least " + text.least() + " characters");
    } else if (!text.pattern().isEmpty() && !scalar(node).matches(text.pattern())) {
      bad(node, quoted(path) + " must " + text.rule() + ", got \"" + scalar(node) + "\"");
    }
  }

  private void count(String path, Node node, Count count) {
    if (!scalar(node).matches("\\d{1,9}")
        || Integer.parseInt(scalar(node)) < count.least()
        || Integer.parseInt(scalar(node)) > count.most()) {
      bad(
          node,
          quoted(path) + " must be a whole number from " + count.least() + " to " + count.most());
    }
  }

  private void list(String path, Node node, Shape item) {
    if (!(node instanceof SequenceNode sequence)) {
      bad(node, quoted(path) + " must be a list");
      return;
    }
    int i = 0;
    for (Node value : sequence.getValue()) {
      any(path + "[" + i++ + "]", value, item);
    }
  }

  private void keys(String path, Node node, Keys shape) {
    Map<String, Node> found = new LinkedHashMap<>();
    if (!each(path, node, found::put)) {
      return;
    }
    found.forEach(
        (key, value) -> {
          Field field = shape.fields().get(key);
          if (field == null) {
            unknown(value, full(path, key), key, path, shape.fields().keySet());
          } else {
            any(full(path, key), value, field.shape());
          }
        });
    shape
        .fields()
        .forEach(
            (key, field) -> {
              if (field.required() && !found.containsKey(key)) {
                bad(node, quoted(full(path, key)) + " is missing");
              }
            });
  }

  /** Hands out every key once; false when the node has none. */
  private boolean each(String path, Node node, BiConsumer<String, Node> taker) {
    if (!(node instanceof MappingNode mapping)) {
      String what = path.isEmpty() ? "an agent file" : quoted(path);
      bad(node, what + " must be a mapping of keys to values");
      return false;
    }
    var seen = new LinkedHashMap<String, Node>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = scalar(tuple.getKeyNode());
      if (seen.putIfAbsent(key, tuple.getKeyNode()) != null) {
        bad(tuple.getKeyNode(), quoted(full(path, key)) + " is there twice");
      } else {
        keyNodes.put(tuple.getValueNode(), tuple.getKeyNode());
        taker.accept(key, tuple.getValueNode());
      }
    }
    return true;
  }

  private void unknown(Node value, String full, String key, String path, Set<String> known) {
    String meant =
        Spelling.nearest(key, known)
            .map(word -> "did you mean " + quoted(full(path, word)) + "? ")
            .orElse("");
    String all = String.join(", ", known.stream().sorted().toList());
    problems.add(
        Problem.of(
                "E121",
                Problem.Category.CONFIGURATION,
                "unknown key " + quoted(full) + " in an agent")
            .from(place(file, keyNodes.getOrDefault(value, value)))
            .help(meant + "known here: " + all));
  }

  private void bad(Node at, String message) {
    problems.add(problem(file, at, message));
  }

  static Problem problem(String file, Node at, String message) {
    return Problem.of("E122", Problem.Category.CONFIGURATION, message)
        .from(place(file, at))
        .help("stigmer explain E122 shows a whole agent file");
  }

  static String scalar(Node node) {
    return node instanceof ScalarNode scalar ? scalar.getValue() : "";
  }

  private static String full(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static String quoted(String path) {
    return "\"" + path + "\"";
  }

  private static String place(String file, Node node) {
    return node.getStartMark()
        .map(mark -> file + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
        .orElse(file);
  }
}

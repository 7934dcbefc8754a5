package ai.stigmer.runner;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.NodeType;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** One mapping of an agent file, with the place of every value. */
final class YamlMap {
  private final String file;
  private final String path;
  private final Node node;
  private final Map<String, Node> values = new LinkedHashMap<>();

  private YamlMap(String file, String path, MappingNode node, Set<String> known) {
    this.file = file;
    this.path = path;
    this.node = node;
    for (NodeTuple tuple : node.getValue()) {
      String key =
          tuple.getKeyNode() instanceof ScalarNode scalar
              ? scalar.getValue()
              : tuple.getKeyNode().toString();
      if (!known.contains(key)) {
        throw unknown(tuple.getKeyNode(), key, known);
      }
      if (values.putIfAbsent(key, tuple.getValueNode()) != null) {
        throw bad(tuple.getKeyNode(), "\"" + full(key) + "\" is there twice");
      }
    }
  }

  /**
   * Takes a node that must be a mapping with no other keys than {@code known}.
   *
   * @param path the mapping's own path, empty for the whole document
   */
  static YamlMap of(String file, String path, Node node, Set<String> known) {
    if (node instanceof MappingNode mapping) {
      return new YamlMap(file, path, mapping, known);
    }
    String what = path.isEmpty() ? "an agent file" : "\"" + path + "\"";
    throw problem(file, node, what + " must be a mapping of keys to values");
  }

  YamlMap map(String key, Set<String> known) {
    return of(file, full(key), required(key), known);
  }

  String text(String key) {
    return scalar(key, required(key));
  }

  Optional<String> optionalText(String key) {
    return Optional.ofNullable(values.get(key)).map(value -> scalar(key, value));
  }

  Optional<List<String>> optionalTexts(String key) {
    return Optional.ofNullable(values.get(key)).map(value -> texts(key, value));
  }

  /** The mappings of an optional list, each with no other keys than {@code known}. */
  List<YamlMap> maps(String key, Set<String> known) {
    Node value = values.get(key);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof SequenceNode sequence)) {
      throw bad(value, "\"" + full(key) + "\" must be a list");
    }
    var maps = new ArrayList<YamlMap>();
    for (int i = 0; i < sequence.getValue().size(); i++) {
      maps.add(of(file, full(key) + "[" + i + "]", sequence.getValue().get(i), known));
    }
    return maps;
  }

  /** A problem at the value of {@code key}. */
  ProblemException wrong(String key, String message) {
    return bad(values.getOrDefault(key, node), message);
  }

  private List<String> texts(String key, Node value) {
    if (!(value instanceof SequenceNode sequence)) {
      throw bad(value, "\"" + full(key) + "\" must be a list");
    }
    List<String> texts = new ArrayList<>();
    for (Node item : sequence.getValue()) {
      texts.add(scalar(key, item));
    }
    return texts;
  }

  private Node required(String key) {
    Node value = values.get(key);
    if (value == null) {
      throw bad(node, "\"" + full(key) + "\" is missing");
    }
    return value;
  }

  private String scalar(String key, Node value) {
    if (value.getNodeType() == NodeType.SCALAR) {
      return ((ScalarNode) value).getValue();
    }
    throw bad(value, "\"" + full(key) + "\" must be a text");
  }

  /** The key with the path to it. */
  String full(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private ProblemException unknown(Node at, String key, Set<String> known) {
    String meant =
        Spelling.nearest(key, known)
            .map(word -> "did you mean \"" + full(word) + "\"? ")
            .orElse("");
    List<String> sorted = known.stream().sorted().toList();
    return Problem.of(
            "E121", Problem.Category.CONFIGURATION, "unknown key \"" + full(key) + "\" in an agent")
        .from(place(file, at))
        .help(meant + "known here: " + String.join(", ", sorted))
        .asException();
  }

  private ProblemException bad(Node at, String message) {
    return problem(file, at, message);
  }

  private static ProblemException problem(String file, Node at, String message) {
    return Problem.of("E122", Problem.Category.CONFIGURATION, message)
        .from(place(file, at))
        .help("stigmer explain E122 shows a whole agent file")
        .asException();
  }

  private static String place(String file, Node node) {
    return node.getStartMark()
        .map(mark -> file + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
        .orElse(file);
  }
}

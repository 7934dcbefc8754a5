package ai.stigmer.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A YAML text of nested keys, with the place of each. It knows nothing of settings. */
final class KeyFile {
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, NodeTuple> sections = new LinkedHashMap<>();
  private final List<Flaw> flaws = new ArrayList<>();
  private final Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private Optional<Node> root = Optional.empty();

  /** What stands at a key. */
  enum Form {
    /** One value. */
    VALUE,
    /** Nothing, or {@code null}. */
    NOTHING,
    /** A list. */
    LIST
  }

  /**
   * A key that holds no further keys.
   *
   * @param key the whole key, for example {@code llm.model}
   * @param nested whether it was written as nested keys, not with dots
   * @param text the value as written; of a list its items, separated by commas
   * @param line from 1
   */
  record Entry(String key, boolean nested, Form form, String text, int line, NodeTuple node) {}

  /**
   * Why the text is no file of nested keys.
   *
   * @param line from 1; 0 when it is not known
   */
  record Flaw(String reason, int line) {}

  private KeyFile() {}

  static KeyFile parse(String text) {
    var file = new KeyFile();
    try {
      file.root = new Compose(LoadSettings.builder().build()).composeString(text);
      file.root.ifPresent(file::walkRoot);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      file.flaws.add(new Flaw(String.valueOf(e.getProblem()), line));
    } catch (YamlEngineException e) {
      file.flaws.add(new Flaw("it cannot be parsed", 0));
    } catch (StackOverflowError e) {
      // The parser recurses; thousands of brackets in a file are not a reason to die.
      file.flaws.add(new Flaw("it is nested too deeply", 0));
    }
    return file;
  }

  /** The keys with a value, a list or nothing, in the order of the text. */
  Map<String, Entry> entries() {
    return entries;
  }

  /** The keys that hold further keys. */
  Map<String, NodeTuple> sections() {
    return sections;
  }

  List<Flaw> flaws() {
    return flaws;
  }

  Optional<Node> root() {
    return root;
  }

  static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  private void walkRoot(Node node) {
    if (node instanceof MappingNode mapping) {
      walk("", true, mapping);
    } else if (!isNothing(node)) {
      flaws.add(new Flaw("it holds no keys", line(node)));
    }
  }

  private void walk(String path, boolean nested, MappingNode mapping) {
    if (!seen.add(mapping)) {
      flaws.add(new Flaw("an alias (*name) cannot stand for keys here", line(mapping)));
      return;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode name) {
        String key = path.isEmpty() ? name.getValue() : path + "." + name.getValue();
        at(key, nested && name.getValue().indexOf('.') < 0, tuple);
      } else {
        flaws.add(new Flaw("a key must be a single word", line(tuple.getKeyNode())));
      }
    }
  }

  private void at(String key, boolean nested, NodeTuple tuple) {
    int line = line(tuple.getKeyNode());
    if (entries.containsKey(key) || sections.containsKey(key)) {
      flaws.add(new Flaw("the key " + key + " is given twice", line));
      return;
    }
    switch (tuple.getValueNode()) {
      case MappingNode section -> {
        sections.put(key, tuple);
        walk(key, nested, section);
      }
      case ScalarNode scalar when isNothing(scalar) -> put(key, nested, Form.NOTHING, "", tuple);
      case ScalarNode scalar -> put(key, nested, Form.VALUE, scalar.getValue(), tuple);
      case SequenceNode list -> put(key, nested, Form.LIST, items(list), tuple);
      default -> put(key, nested, Form.LIST, "", tuple);
    }
  }

  /** Items that are no single value count as empty ones. */
  private static String items(SequenceNode list) {
    return list.getValue().stream()
        .map(item -> item instanceof ScalarNode scalar ? scalar.getValue() : "")
        .collect(Collectors.joining(","));
  }

  private void put(String key, boolean nested, Form form, String text, NodeTuple tuple) {
    entries.put(key, new Entry(key, nested, form, text, line(tuple.getKeyNode()), tuple));
  }

  private static boolean isNothing(Node node) {
    return node.getTag().equals(Tag.NULL)
        || (node instanceof ScalarNode scalar
            && scalar.getScalarStyle() == ScalarStyle.PLAIN
            && scalar.getValue().equals("~"));
  }
}

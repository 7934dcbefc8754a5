package ai.stigmer.config;

import ai.stigmer.graphton.error.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** The user's file: values with their lines, and what is wrong with it. */
final class ConfigFile {
  private final String name;
  private final Map<String, String> env;

  final Map<Setting, Value> values = new EnumMap<>(Setting.class);
  Optional<Value> mode = Optional.empty();
  final List<String> notes = new ArrayList<>();
  final List<Problem> problems = new ArrayList<>();

  private ConfigFile(String name, Map<String, String> env) {
    this.name = name;
    this.env = env;
  }

  static ConfigFile none() {
    return new ConfigFile("", Map.of());
  }

  static ConfigFile read(Path path, Map<String, String> env) {
    ConfigFile file = new ConfigFile(path.toString(), env);
    try {
      new Compose(LoadSettings.builder().setLabel(path.toString()).build())
          .composeString(Files.readString(path))
          .ifPresent(file::root);
    } catch (IOException e) {
      file.problem("E110", "the configuration file cannot be read", path.toString());
    } catch (YamlEngineException e) {
      file.problem(
          "E110", "the configuration file is not YAML: " + e.getMessage(), path.toString());
    }
    return file;
  }

  private void root(Node node) {
    if (!(node instanceof MappingNode mapping)) {
      problem("E110", "the configuration file must be a mapping of keys to values", name);
      return;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      String key = text(tuple.getKeyNode());
      switch (key) {
        case "llm" -> llm(tuple.getValueNode());
        case "mode" -> mode = Optional.of(value(tuple.getValueNode()));
        case "version" -> {}
        default -> notes.add("unknown key \"" + key + "\" at " + place(tuple.getKeyNode()));
      }
    }
  }

  private void llm(Node node) {
    if (!(node instanceof MappingNode mapping)) {
      problem("E110", "\"llm\" must be a mapping of keys to values", place(node));
      return;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      String key = "llm." + text(tuple.getKeyNode());
      Setting.of(key)
          .ifPresentOrElse(
              setting -> values.put(setting, value(tuple.getValueNode())),
              () -> unknown(key, place(tuple.getKeyNode())));
    }
  }

  private void unknown(String key, String place) {
    List<String> known = java.util.Arrays.stream(Setting.values()).map(Setting::key).toList();
    Problem problem =
        Problem.of("E106", Problem.Category.CONFIGURATION, "unknown key \"" + key + "\"")
            .from(place);
    problems.add(
        Nearest.of(key, known)
            .map(word -> problem.help("did you mean \"" + word + "\"?"))
            .orElseGet(() -> problem.help("known keys: " + String.join(", ", known))));
  }

  private Value value(Node node) {
    return new Value(Layer.FILE, place(node), expand(text(node), place(node)));
  }

  private String expand(String text, String place) {
    if (text.startsWith("${env:") && text.endsWith("}")) {
      return env.getOrDefault(text.substring(6, text.length() - 1), "");
    }
    if (text.startsWith("${file:") && text.endsWith("}")) {
      try {
        return Files.readString(Path.of(text.substring(7, text.length() - 1))).strip();
      } catch (IOException e) {
        problem("E110", "the file named in " + text + " cannot be read", place);
        return "";
      }
    }
    return text;
  }

  private void problem(String code, String message, String place) {
    problems.add(Problem.of(code, Problem.Category.CONFIGURATION, message).from(place));
  }

  private String place(Node node) {
    return node.getStartMark().map(mark -> name + ":" + (mark.getLine() + 1)).orElse(name);
  }

  private static String text(Node node) {
    return node instanceof ScalarNode scalar ? scalar.getValue() : "";
  }
}

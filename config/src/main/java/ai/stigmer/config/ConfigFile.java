package ai.stigmer.config;

import ai.stigmer.graphton.error.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** The user's configuration file: YAML, read into keys with the line of each. */
final class ConfigFile {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file):([^}]*)}");

  private final Path file;
  private final Map<String, String> env;
  private final Map<String, Candidate> values = new LinkedHashMap<>();
  private final List<Problem> problems = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  private ConfigFile(Path file, Map<String, String> env) {
    this.file = file;
    this.env = env;
  }

  static ConfigFile read(Path file, Map<String, String> env) {
    var config = new ConfigFile(file, env);
    try {
      config.parse(Files.readString(file));
    } catch (IOException e) {
      config.problems.add(
          Problems.of("E125", "the configuration file cannot be read", file.toString())
              .help("check that it is there, is UTF-8 text and may be read"));
    }
    return config;
  }

  Map<String, Candidate> values() {
    return values;
  }

  List<Problem> problems() {
    return problems;
  }

  List<String> notes() {
    return notes;
  }

  private void parse(String text) {
    try {
      new Compose(LoadSettings.builder().setLabel(file.toString()).build())
          .composeString(text)
          .ifPresent(root -> walk("", root));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      problems.add(notYaml(file + ":" + line, String.valueOf(e.getProblem())));
    } catch (YamlEngineException e) {
      problems.add(notYaml(file.toString(), "it cannot be parsed"));
    }
  }

  private static Problem notYaml(String where, String why) {
    return Problems.of("E119", "the configuration file is not valid YAML: " + why, where)
        .help("mend that line: stigmer config edit");
  }

  private void walk(String path, Node node) {
    switch (node) {
      case MappingNode mapping -> {
        for (NodeTuple entry : mapping.getValue()) {
          if (entry.getKeyNode() instanceof ScalarNode key) {
            walk(
                path.isEmpty() ? key.getValue() : path + "." + key.getValue(),
                entry.getValueNode());
          }
        }
      }
      case ScalarNode scalar -> leaf(path, scalar.getValue(), line(node));
      default -> leaf(path, null, line(node));
    }
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }

  private void leaf(String key, @Nullable String text, int line) {
    String where = file + ":" + line;
    if (key.equals("version") || key.isEmpty()) {
      return;
    }
    if (SettingsTable.find(key).isEmpty()) {
      unknown(key, where);
    } else if (text == null) {
      problems.add(
          Problems.of("E126", key + " must be a single value, not a list", where)
              .help("write it as: " + key + ": VALUE"));
    } else if (!text.equals("null") && !text.equals("~")) {
      values.put(key, new Candidate(expand(key, text.strip(), where), Layer.FILE, where, ""));
    }
  }

  private void unknown(String key, String where) {
    String near = DidYouMean.nearest(key, SettingsTable.ALL.stream().map(Setting::key).toList());
    String hint = near.isEmpty() ? "" : "did you mean \"" + near + "\"? ";
    if (key.startsWith("llm.") || key.equals("llm")) {
      problems.add(
          Problems.of("E106", "unknown key \"" + key + "\"", where)
              .help(hint + "see all keys: stigmer config list"));
    } else {
      notes.add(
          "unknown key \""
              + key
              + "\" at "
              + where
              + " is ignored"
              + (hint.isEmpty() ? "" : "; " + hint.strip()));
    }
  }

  private String expand(String key, String text, String where) {
    Matcher matcher = REFERENCE.matcher(text);
    return matcher.replaceAll(
        found -> Matcher.quoteReplacement(lookUp(key, found.group(1), found.group(2), where)));
  }

  private String lookUp(String key, String kind, String name, String where) {
    if (kind.equals("env")) {
      String value = env.get(name);
      if (value == null) {
        problems.add(
            Problems.of(
                    "E124", key + " refers to the variable " + name + ", which is not set", where)
                .help("export " + name + "=…"));
      }
      return value == null ? "" : value.strip();
    }
    try {
      return Files.readString(Path.of(name)).strip();
    } catch (IOException e) {
      problems.add(
          Problems.of("E124", key + " refers to the file " + name + ", which cannot be read", where)
              .help("make the file, or change the reference"));
      return "";
    }
  }
}

package ai.stigmer.models.scripted;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.models.scripted.Scenario.Expectation;
import ai.stigmer.models.scripted.Scenario.ScriptedCall;
import ai.stigmer.models.scripted.Scenario.Turn;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads scenarios from YAML; everything that it does not know is refused. */
final class ScenarioFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;

  private ScenarioFile(String name) {
    this.name = name;
  }

  static Scenario read(Path file) {
    var reader = new ScenarioFile(file.toString());
    try {
      return reader.parse(Files.readString(file));
    } catch (IOException e) {
      throw reader.bad("it cannot be read; is the name right?");
    }
  }

  private Scenario parse(String text) {
    Object root;
    try {
      root = new Load(LoadSettings.builder().setLabel(name).build()).loadFromString(text);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      throw bad("line " + line + " is not valid YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw bad("it is not valid YAML");
    }
    Map<?, ?> map = map(root, "the scenario", Set.of("name", "turns"));
    var turns = new ArrayList<Turn>();
    for (Object turn : list(map.get("turns"), "turns")) {
      turns.add(turn(turn, "turn " + (turns.size() + 1)));
    }
    if (turns.isEmpty()) {
      throw bad("it has no turns");
    }
    return new Scenario(name, turns);
  }

  private Turn turn(Object value, String where) {
    Map<?, ?> map = map(value, where, Set.of("expect", "text", "thinking", "calls", "delay_ms"));
    var expectations = new ArrayList<Expectation>();
    for (Object expectation : list(map.get("expect"), where + ".expect")) {
      expectations.add(expectation(expectation, where + ".expect"));
    }
    var calls = new ArrayList<ScriptedCall>();
    for (Object call : list(map.get("calls"), where + ".calls")) {
      calls.add(call(call, where + ".calls"));
    }
    return new Turn(
        expectations,
        text(map.get("text")),
        text(map.get("thinking")),
        calls,
        Duration.ofMillis(number(map.get("delay_ms"), where + ".delay_ms")));
  }

  private Expectation expectation(Object value, String where) {
    Map<?, ?> map = map(value, where, Set.of("contains", "status"));
    Optional<ToolResult.Status> status = Optional.empty();
    if (map.get("status") != null) {
      try {
        status =
            Optional.of(
                ToolResult.Status.valueOf(text(map.get("status")).toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw bad(where + ".status must be ok, error, denied, unknown or not_run");
      }
    }
    return new Expectation(
        Optional.ofNullable(map.get("contains")).map(ScenarioFile::text), status);
  }

  private ScriptedCall call(Object value, String where) {
    Map<?, ?> map = map(value, where, Set.of("tool", "arguments"));
    if (map.get("tool") == null) {
      throw bad(where + " needs a tool");
    }
    Object arguments = map.get("arguments") == null ? Map.of() : map.get("arguments");
    String json =
        arguments instanceof String written ? written : JSON.valueToTree(arguments).toString();
    return new ScriptedCall(text(map.get("tool")), json);
  }

  private Map<?, ?> map(@Nullable Object value, String where, Set<String> known) {
    if (!(value instanceof Map<?, ?> map)) {
      throw bad(where + " must be a mapping");
    }
    for (Object key : map.keySet()) {
      if (!(key instanceof String text && known.contains(text))) {
        throw bad(
            where
                + " has an unknown key \""
                + key
                + "\"; known: "
                + String.join(", ", known.stream().sorted().toList()));
      }
    }
    return map;
  }

  private List<?> list(@Nullable Object value, String where) {
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw bad(where + " must be a list");
    }
    return list;
  }

  private long number(@Nullable Object value, String where) {
    if (value == null) {
      return 0;
    }
    if (!(value instanceof Integer number) || number < 0) {
      throw bad(where + " must be a whole number of milliseconds");
    }
    return number;
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }

  private RuntimeException bad(String why) {
    return Problem.of("E603", Category.CONFIGURATION, "the scenario file cannot be played: " + why)
        .from(name)
        .help("a scenario is a list of turns, each with text, thinking, calls or expect")
        .asException();
  }
}

package ai.stigmer.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.config.SettingInfo;
import ai.stigmer.testkit.Golden;
import ai.stigmer.testkit.http.BusyServer;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.http.RecordedRequest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What of each setting reaches each wire format, as a page: every cell is what a run of the command
 * line did that differs from the same run without the setting.
 */
@Timeout(300)
class WireTableTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path PAGE = Path.of("../docs/reference/wire.md");
  private static final String KEY = "canary-0123456789";
  private static final String NOT_SENT = "not sent";

  /** Settings that become a part of the request's body, and the value that is tried. */
  private static final Map<String, String> IN_THE_BODY = new LinkedHashMap<>();

  static {
    IN_THE_BODY.put("llm.max_tokens", "777");
    IN_THE_BODY.put("llm.temperature", "0.25");
    IN_THE_BODY.put("llm.context_length", "12345");
    IN_THE_BODY.put("llm.effort", "high");
  }

  @TempDir Path folder = Path.of("");

  private int homes;

  @Test
  void thePageSaysWhatReachesTheWire() throws IOException {
    StringBuilder page = new StringBuilder(HEAD);
    row(page, "`llm.base_url`", this::endpoint);
    row(page, "`llm.api_key`", this::key);
    row(page, "`llm.model`", this::model);
    for (Map.Entry<String, String> setting : IN_THE_BODY.entrySet()) {
      row(
          page,
          "`" + setting.getKey() + "`, here " + setting.getValue(),
          format -> body(format, setting.getKey(), setting.getValue()));
    }
    row(page, "`llm.api`", this::api);
    row(page, "`llm.timeouts.connect`", this::connect);
    row(
        page,
        "`llm.timeouts.first_token`",
        format ->
            timeout(format, "llm.timeouts.first_token", new Fault.Delay(Duration.ofMinutes(5))));
    row(
        page,
        "`llm.timeouts.idle`",
        format -> timeout(format, "llm.timeouts.idle", new Fault.StallAt(format.within)));
    row(page, "`llm.max_retries`, here 1", this::retries);
    Golden.assertMatches(PAGE, page.toString());
  }

  /** Looks at one wire format. */
  private interface Cell {
    String of(TableFormat format) throws IOException;
  }

  private static void row(StringBuilder page, String title, Cell cell) throws IOException {
    page.append("| ").append(title).append(" |");
    for (TableFormat format : TableFormat.values()) {
      page.append(' ').append(cell.of(format)).append(" |");
    }
    page.append('\n');
  }

  private String endpoint(TableFormat format) throws IOException {
    RecordedRequest request = run(format, Map.of()).getFirst();
    return "`" + request.method() + " " + request.path() + "`";
  }

  private String key(TableFormat format) throws IOException {
    Map<String, String> headers = run(format, Map.of()).getFirst().headers();
    List<String> holding = new ArrayList<>();
    new TreeMap<>(headers)
        .forEach(
            (name, value) -> {
              if (value.contains(KEY)) {
                holding.add("`" + name + ": " + value.replace(KEY, "KEY") + "`");
              }
            });
    return String.join(", ", holding);
  }

  private String model(TableFormat format) throws IOException {
    return changes(format, Map.of("llm.model", format.otherModel));
  }

  private String body(TableFormat format, String setting, String value) throws IOException {
    String cell = changes(format, Map.of(setting, value));
    assertThat(explained(format, setting, value))
        .as("explain says of %s for %s whether it is sent", setting, format)
        .isEqualTo(!cell.equals(NOT_SENT));
    return cell;
  }

  private String api(TableFormat format) throws IOException {
    if (!format.provider.equals("openai")) {
      assertThat(explained(format, "llm.api", "chat")).isFalse();
      return NOT_SENT;
    }
    assertThat(explained(format, "llm.api", format.api)).isTrue();
    String path = run(format, Map.of("llm.api", format.api)).getFirst().path();
    return format.api + ": `" + path + "`";
  }

  private String connect(TableFormat format) throws IOException {
    try (BusyServer busy = BusyServer.start()) {
      Shell shell = shell(format, busy.url(), Map.of("llm.timeouts.connect", "450ms"));
      return ending(shell, "E201");
    }
  }

  private String timeout(TableFormat format, String setting, Fault fault) throws IOException {
    try (TableFormat.Server server = format.suffering(fault)) {
      return ending(shell(format, server.url(), Map.of(setting, "450ms")), "E203");
    }
  }

  private String ending(Shell shell, String code) {
    int status = shell.stigmer("run", "--workspace", folder.toString(), "hi");
    assertThat(status).as(shell.err()).isEqualTo(5);
    assertThat(shell.err()).contains("error[" + code + "]").doesNotContain(KEY);
    return "ends the call, " + code;
  }

  private String retries(TableFormat format) throws IOException {
    try (TableFormat.Server server = format.failing()) {
      Shell shell = shell(format, server.url(), Map.of("llm.max_retries", "1"));
      int status = shell.stigmer("run", "--workspace", folder.toString(), "hi");
      assertThat(status).as(shell.err()).isEqualTo(5);
      return "asked " + server.asked().size() + " times";
    }
  }

  private String changes(TableFormat format, Map<String, String> settings) throws IOException {
    Map<String, String> before = flat(run(format, Map.of()).getFirst().body());
    Map<String, String> after = flat(run(format, settings).getFirst().body());
    List<String> changed = new ArrayList<>();
    after.forEach(
        (path, value) -> {
          if (!value.equals(before.get(path))) {
            changed.add("`" + path + ": " + value + "`");
          }
        });
    before.keySet().stream()
        .filter(path -> !after.containsKey(path))
        .forEach(path -> changed.add("without `" + path + "`"));
    return changed.isEmpty() ? NOT_SENT : String.join(", ", changed);
  }

  private static Map<String, String> flat(JsonNode body) {
    Map<String, String> all = new TreeMap<>();
    flatten("", body, all);
    return all;
  }

  private static void flatten(String path, JsonNode node, Map<String, String> into) {
    if (!node.isContainerNode()) {
      into.put(path, node.toString());
    }
    node.properties()
        .forEach(
            field ->
                flatten(
                    path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                    field.getValue(),
                    into));
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        flatten(path + "[" + i + "]", node.get(i), into);
      }
    }
  }

  private List<RecordedRequest> run(TableFormat format, Map<String, String> settings)
      throws IOException {
    try (TableFormat.Server server = format.answering()) {
      Shell shell = shell(format, server.url(), settings);
      int status = shell.stigmer("run", "--workspace", folder.toString(), "hi");
      assertThat(status).as(shell.err()).isZero();
      assertThat(shell.err() + shell.out()).doesNotContain(KEY);
      return server.asked();
    }
  }

  private boolean explained(TableFormat format, String setting, String value) throws IOException {
    Shell shell = shell(format, "http://127.0.0.1:9", Map.of(setting, value));
    var _ = shell.stigmer("config", "explain", "--json");
    for (JsonNode row : JSON.readTree(shell.out()).path("settings")) {
      if (row.path("key").asText().equals(setting)) {
        return row.path("sent").asBoolean();
      }
    }
    throw new AssertionError("explain does not know " + setting + ": " + shell.out());
  }

  private Shell shell(TableFormat format, String url, Map<String, String> settings)
      throws IOException {
    homes++;
    Shell shell = new Shell(Files.createDirectory(folder.resolve("home" + homes)));
    Map<String, String> all = new TreeMap<>(settings);
    all.putIfAbsent("llm.provider", format.provider);
    all.putIfAbsent("llm.model", format.model);
    all.putIfAbsent("llm.base_url", url);
    all.putIfAbsent("llm.api_key", KEY);
    all.putIfAbsent("llm.max_retries", "0");
    all.forEach((key, value) -> shell.export(variable(key), value));
    if (!format.api.isEmpty() && !settings.containsKey("llm.api")) {
      shell.export(variable("llm.api"), format.api);
    }
    return shell;
  }

  private static String variable(String key) {
    return requireNonNull(
            SettingInfo.all().stream()
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .orElse(null),
            key)
        .variables()
        .getFirst()
        .name();
  }

  private static final String HEAD =
      """
      # What reaches the wire

      Generated by `WireTableTest`: every cell is what a run of `stigmer run` sent or did that differs from the same run
      without the setting, recorded by a fake server of each API on this machine. Where a cell says "not sent",
      `stigmer config explain` says so too. The models were `qwen3.5:9b`, `claude-opus-5-5`, `gpt-6.1-sol` and, as the
      model of a compatible server, `local-model`; what other models take, `stigmer models show MODEL` tells.

      | setting | Ollama | Anthropic Messages | OpenAI Responses | Chat Completions |
      |---|---|---|---|---|
      """;
}

package ai.stigmer.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.config.SettingInfo;
import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.http.BusyServer;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Pull;
import ai.stigmer.testkit.ollama.Scenario;
import ai.stigmer.testkit.openai.FakeResponses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every setting, by flag, variable and file: what is configured is what the server receives. */
class SettingsOnTheWireTest {
  private static final String MODEL = "qwen3.5:9b";
  private static final String KEY = "canary-0123456789";

  /** Where a value is configured. */
  private enum Layer {
    FLAG,
    VARIABLE,
    FILE
  }

  /**
   * A value and what it must do.
   *
   * @param scenario what the server does
   * @param seen looks at the end of the run
   */
  private record Wired(String value, Scenario scenario, Consumer<Seen> seen) {}

  private record Seen(int status, String err, List<RecordedRequest> chats) {
    RecordedRequest chat() {
      assertThat(chats).as(err).isNotEmpty();
      return chats.getFirst();
    }
  }

  private static final Path READABLE = readable();
  private static final Path JOURNAL = READABLE.resolveSibling(READABLE.getFileName() + ".db");

  /**
   * They need a server to show: TemporalSettingsTest, FleetTest, OriginalServerTest,
   * OriginalRunnerTest, ServerSettingsTest; those of traces need a collector: TracesTest.
   */
  private static final List<String> OF_SERVERS =
      List.of("temporal.", "worker.", "server.", "backend.", "workspace.store", "telemetry.");

  private int homes;

  @TempDir Path folder = Path.of("");

  private static Map<String, Wired> wired() {
    Map<String, Wired> all = new TreeMap<>();
    all.put(
        "mode",
        new Wired(
            "cloud",
            Scenario.of(),
            s -> {
              assertThat(s.status()).isEqualTo(4);
              assertThat(s.err()).contains("anthropic needs an API key");
            }));
    all.put("llm.provider", answered("ollama", s -> assertThat(s.status()).isZero()));
    all.put("llm.model", body("other:7b", "/model", "other:7b"));
    all.put("llm.base_url", answered("<server>", s -> assertThat(s.chats()).hasSize(1)));
    all.put(
        "llm.api_key",
        answered(
            KEY,
            s -> {
              assertThat(s.chat().headers()).containsEntry("authorization", "Bearer " + KEY);
              assertThat(s.err()).doesNotContain(KEY);
            }));
    all.put("llm.max_tokens", body("777", "/options/num_predict", "777"));
    all.put("llm.temperature", body("0.25", "/options/temperature", "0.25"));
    all.put("llm.context_length", body("12345", "/options/num_ctx", "12345"));
    all.put(
        "llm.pull",
        new Wired(
            "when-missing",
            Scenario.of(Answer.text("fine"))
                .pulls(Pull.of(InstalledModel.withTools(MODEL, 32_768))),
            s -> {
              assertThat(s.status()).as(s.err()).isZero();
              assertThat(s.err()).contains("✓ ready: ollama/" + MODEL);
            }));
    all.put("llm.effort", body("high", "/think", "high"));
    all.put(
        "llm.max_retries",
        new Wired(
            "1",
            Scenario.of(Answer.error(500, "no"), Answer.error(500, "no")),
            s -> {
              assertThat(s.status()).isEqualTo(5);
              assertThat(s.chats()).hasSize(2);
            }));
    all.put(
        "llm.retry_budget",
        new Wired(
            "1ms",
            // A drawn wait may be shorter than the budget once, hardly ever four times.
            Scenario.of(
                Answer.error(500, "no"),
                Answer.error(500, "no"),
                Answer.error(500, "no"),
                Answer.error(500, "no"),
                Answer.text("never")),
            s -> {
              assertThat(s.status()).isEqualTo(5);
              assertThat(s.err()).contains("no time is left to ask again");
            }));
    all.put(
        "llm.fallbacks",
        new Wired(
            "ollama/other:7b",
            Scenario.of(Answer.error(500, "no"), Answer.text("fine")),
            s -> {
              assertThat(s.status()).as(s.err()).isZero();
              assertThat(s.chats().getLast().body().path("model").asText()).isEqualTo("other:7b");
            }));
    all.put("llm.timeouts.connect", ends("450ms", Scenario.of(), "E201"));
    all.put(
        "llm.timeouts.first_token",
        ends(
            "450ms",
            Scenario.of(Answer.text("late").with(new Fault.Delay(Duration.ofMinutes(5)))),
            "450 ms"));
    all.put(
        "llm.timeouts.idle",
        ends("450ms", Scenario.of(Answer.text("half").with(new Fault.StallAt(20))), "450 ms"));
    all.put("execution.mode", command("sandbox", "cat /proc/1/comm", "bwrap"));
    all.put("execution.network", command("open", "readlink /proc/self/ns/net", ownNetwork()));
    all.put(
        "execution.readable",
        command(READABLE.toString(), "cat " + READABLE + "/file", "seen from inside"));
    all.put("execution.limits.processes", command("99", "ulimit -p || ulimit -u", "99"));
    all.put("execution.limits.memory", command("333m", "ulimit -d", "340992"));
    all.put("execution.limits.file_size", command("77m", "ulimit -f", "157696"));
    all.put("execution.limits.cpu", command("77s", "ulimit -t", "77"));
    all.put(
        "agent.max_turns",
        new Wired(
            "2",
            Scenario.of(
                Answer.call("ls", "{}"), Answer.call("glob", "{\"pattern\":\"*\"}"), Answer.text()),
            s -> {
              assertThat(s.status()).isEqualTo(8);
              assertThat(s.chats()).hasSize(2);
            }));
    all.put(
        "context.compact_at",
        new Wired(
            "0.5",
            Scenario.of(
                Answer.call("ls", "{}").tokens(17_000, 5),
                Answer.call("glob", "{\"pattern\":\"*\"}").tokens(17_100, 5),
                Answer.text("nothing was found"),
                Answer.text("done")),
            s -> {
              assertThat(s.status()).as(s.err()).isZero();
              assertThat(s.chats()).hasSize(4);
              assertThat(s.chats().get(2).body().has("tools")).isFalse();
              assertThat(s.chats().getLast().body().toString()).contains("nothing was found");
              assertThat(s.err()).contains("context: 2 messages were summarised, ");
            }));
    all.put("budget.model_calls", stopped("2", 2, "E810"));
    all.put("budget.tool_calls", stopped("1", 2, "E811"));
    all.put("budget.tokens", stopped("10", 0, "E812"));
    all.put(
        "budget.wall_time",
        new Wired(
            "1ms",
            Scenario.of(Answer.call("ls", "{}").with(new Fault.Delay(Duration.ofMillis(20)))),
            s -> {
              assertThat(s.status()).as(s.err()).isEqualTo(8);
              assertThat(s.err()).contains("E814");
            }));
    all.put(
        "budget.cost_usd",
        new Wired(
            "0.5",
            Scenario.of(Answer.text("free")),
            s -> {
              assertThat(s.status()).as(s.err()).isZero();
              assertThat(s.err()).doesNotContain("E815");
            }));
    all.put(
        "budget.depth",
        answered("0", s -> assertThat(s.chat().body().toString()).doesNotContain("\"task\"")));
    all.put(
        "budget.fan_out",
        new Wired(
            "1",
            Scenario.of(delegation(), Answer.text("one"), delegation(), Answer.text("I see.")),
            s -> {
              assertThat(s.status()).as(s.err()).isZero();
              assertThat(s.chats().getLast().body().toString()).contains("may start no more");
            }));
    all.put(
        "approvals.when_absent",
        new Wired(
            "wait",
            Scenario.of(Answer.call("execute", "{\"command\":\"true\"}"), Answer.text("fine")),
            s -> {
              assertThat(s.status()).isEqualTo(7);
              assertThat(s.err()).contains("E410", "stigmer approvals approve");
              assertThat(s.chats()).hasSize(1);
            }));
    all.put(
        "database.url",
        answered(
            JOURNAL.toString(),
            s -> {
              assertThat(JOURNAL).isNotEmptyFile();
              assertThat(JOURNAL.toFile().delete()).isTrue();
            }));
    all.put("permissions.mode", denied("plan", "write_file", "mode plan: new.txt"));
    all.put("permissions.allow", called("execute"));
    all.put("permissions.ask", denied("edit(new.txt)", "write_file", "nobody can be asked"));
    all.put("permissions.deny", denied("edit(new.txt)", "write_file", "rule deny edit(new.txt)"));
    all.put(
        "hooks.before_tool",
        denied("echo never; exit 2", "write_file", "hook of the user's: never"));
    all.put(
        "hooks.after_tool",
        new Wired(
            "cat; exit 3",
            Scenario.of(Answer.call("ls", "{}"), Answer.text("done")),
            s -> assertThat(s.err()).contains("E440", "after ls, ended with status 3")));
    all.put(
        "hooks.stop",
        answered("exit 3", s -> assertThat(s.err()).contains("E440", "ended with status 3")));
    all.put(
        "engine",
        new Wired(
            "temporal",
            Scenario.of(),
            s -> {
              assertThat(s.status()).as(s.err()).isEqualTo(1);
              assertThat(s.err()).contains("E590");
            }));
    all.put("effects.unknown", answered("fail", s -> assertThat(s.chats()).hasSize(1)));
    return all;
  }

  /** A rule that lets a command run. */
  private static Wired called(String value) {
    return new Wired(
        value,
        Scenario.of(Answer.call("execute", "{\"command\":\"echo fine\"}"), Answer.text("done")),
        s -> {
          assertThat(s.status()).as(s.err()).isZero();
          assertThat(s.chats().getLast().body().at("/messages").toString())
              .contains("fine\\n", "[exit status 0]");
        });
  }

  /** A call that does not run, and what the model is told. */
  private static Wired denied(String value, String tool, String told) {
    return new Wired(
        value,
        Scenario.of(
            Answer.call(tool, "{\"file_path\":\"new.txt\",\"content\":\"x\"}"),
            Answer.text("done")),
        s -> {
          assertThat(s.chats()).as(s.err()).hasSize(2);
          assertThat(s.chats().getLast().body().at("/messages").toString()).contains(told);
        });
  }

  /** A command in a sandbox, and what it prints when the value is in effect. */
  private static Wired command(String value, String command, String printed) {
    return new Wired(
        value,
        Scenario.of(
            Answer.call("execute", "{\"command\":\"" + command + "\"}"), Answer.text("fine")),
        s -> {
          assertThat(s.status()).as(s.err()).isZero();
          assertThat(s.chats().getLast().body().at("/messages").toString())
              .contains("[exit status 0]", printed + "\\n");
        });
  }

  private static String ownNetwork() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
    } catch (IOException e) {
      return "no namespaces here";
    }
  }

  /** A folder with a file, in a place that a sandbox hides. */
  private static Path readable() {
    try {
      Path folder = Files.createTempDirectory("readable");
      folder.toFile().deleteOnExit();
      Files.writeString(folder.resolve("file"), "seen from inside\n").toFile().deleteOnExit();
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Answer delegation() {
    return Answer.call("task", "{\"description\":\"look\",\"subagent_type\":\"general-purpose\"}");
  }

  private static Wired stopped(String value, int calls, String code) {
    return new Wired(
        value,
        Scenario.of(
            Answer.call("ls", "{}"), Answer.call("glob", "{\"pattern\":\"*\"}"), Answer.text()),
        s -> {
          assertThat(s.status()).as(s.err()).isEqualTo(8);
          assertThat(s.err()).contains(code);
          assertThat(s.chats()).as(s.err()).hasSize(calls);
        });
  }

  private static Wired answered(String value, Consumer<Seen> seen) {
    return new Wired(
        value,
        Scenario.of(Answer.text("fine")),
        s -> {
          assertThat(s.status()).as(s.err()).isZero();
          seen.accept(s);
        });
  }

  private static Wired body(String value, String pointer, String expected) {
    return answered(
        value, s -> assertThat(s.chat().body().at(pointer).asText()).isEqualTo(expected));
  }

  private static Wired ends(String value, Scenario scenario, String words) {
    return new Wired(
        value,
        scenario,
        s -> {
          assertThat(s.status()).as(s.err()).isEqualTo(5);
          assertThat(s.err()).contains(words);
        });
  }

  @Test
  void everySettingIsHere() {
    assertThat(wired().keySet())
        .containsExactlyInAnyOrderElementsOf(
            SettingInfo.all().stream()
                .map(SettingInfo::key)
                .filter(key -> !key.equals("llm.api"))
                .filter(key -> !isElsewhere(key))
                .toList());
  }

  private static boolean isElsewhere(String key) {
    return OF_SERVERS.stream().anyMatch(key::startsWith);
  }

  @TestFactory
  List<DynamicTest> everyValueReachesTheWire() {
    var tests = new ArrayList<DynamicTest>();
    for (SettingInfo setting : SettingInfo.all()) {
      for (Layer layer : Layer.values()) {
        if (!isElsewhere(setting.key())
            && (layer != Layer.FLAG || !setting.flags().isEmpty())
            && (layer != Layer.VARIABLE || !setting.variables().isEmpty())) {
          tests.add(
              DynamicTest.dynamicTest(setting.key() + " by " + layer, () -> run(setting, layer)));
        }
      }
    }
    return tests;
  }

  /** Only one provider has two APIs; to a server that is not the vendor's, chat is the default. */
  private void runApi(SettingInfo setting, Layer layer) throws IOException {
    try (FakeResponses server =
        FakeResponses.start(
            ai.stigmer.testkit.openai.Scenario.of(ai.stigmer.testkit.openai.Answer.text("fine")))) {
      homes++;
      Shell shell =
          new Shell(Files.createDirectory(folder.resolve("home" + homes)))
              .export("STIGMER_LLM_BASE_URL", server.baseUrl())
              .export("STIGMER_LLM_PROVIDER", "openai")
              .export("STIGMER_LLM_MODEL", "gpt-6.1-sol")
              .export("STIGMER_LLM_API_KEY", KEY);
      List<String> words = new ArrayList<>(List.of("run", "--workspace", folder.toString()));
      configure(shell, words, setting, layer, "responses");
      words.add("hi");

      int status = shell.stigmer(words.toArray(String[]::new));

      assertThat(status).as(shell.err()).isZero();
      assertThat(server.asked()).hasSize(1);
    }
  }

  private void run(SettingInfo setting, Layer layer) throws IOException {
    if (setting.key().equals("llm.api")) {
      runApi(setting, layer);
      return;
    }
    if (setting.key().startsWith("execution.")) {
      RealComponents.requireBubblewrap();
    }
    Wired expected = requireNonNull(wired().get(setting.key()), setting.key());
    boolean unconnected = setting.key().equals("llm.timeouts.connect");
    try (FakeOllama server =
            FakeOllama.start(
                expected
                    .scenario()
                    .models(
                        new InstalledModel(
                            setting.key().equals("llm.pull") ? "gone:7b" : MODEL,
                            32_768,
                            List.of("completion", "tools", "thinking")),
                        InstalledModel.withTools("other:7b", 32_768)));
        BusyServer busy = BusyServer.start()) {
      String url = unconnected ? busy.url() : server.baseUrl();
      Shell shell = shell(setting.key(), url);
      List<String> words = new ArrayList<>(List.of("run", "--workspace", folder.toString()));
      if (setting.key().startsWith("execution.") && !setting.key().equals("execution.mode")) {
        shell.export("STIGMER_EXECUTION_MODE", "sandbox");
        words.add("--allow-shell");
      }
      configure(shell, words, setting, layer, expected.value().replace("<server>", url));
      words.add("hi");

      int status = shell.stigmer(words.toArray(String[]::new));

      expected.seen().accept(new Seen(status, shell.err(), server.chats()));
    }
  }

  /** Everything but the setting in question, by variables. */
  private Shell shell(String key, String url) throws IOException {
    homes++;
    Shell shell = new Shell(Files.createDirectory(folder.resolve("home" + homes)));
    if (key.equals("mode")) {
      return shell;
    }
    Map<String, String> others =
        Map.of(
            "llm.max_retries",
            "STIGMER_LLM_MAX_RETRIES=0",
            "llm.base_url",
            "STIGMER_LLM_BASE_URL=" + url,
            "llm.model",
            "STIGMER_LLM_MODEL=" + MODEL,
            "llm.provider",
            "STIGMER_LLM_PROVIDER=ollama");
    others.forEach(
        (other, pair) -> {
          boolean retried = key.equals("llm.retry_budget") && other.equals("llm.max_retries");
          if (!other.equals(key) && !retried) {
            shell.export(pair.split("=", 2)[0], pair.split("=", 2)[1]);
          }
        });
    return key.equals("llm.provider")
        ? shell.export("STIGMER_MODE", "cloud").export("OLLAMA_BASE_URL", url)
        : shell;
  }

  private void configure(
      Shell shell, List<String> words, SettingInfo setting, Layer layer, String value)
      throws IOException {
    switch (layer) {
      case FLAG -> {
        words.add(setting.flags().getLast());
        if (!setting.key().equals("execution.network")) {
          boolean isFile = setting.secret() && !setting.key().equals("database.url");
          words.add(isFile ? file(value) : value);
        }
      }
      case VARIABLE -> shell.export(setting.variables().getFirst().name(), value);
      case FILE -> {
        if (setting.secret()) {
          assertThat(shell.pipe(value).stigmer("config", "set", setting.key())).isZero();
          shell.pipe("");
        } else {
          assertThat(shell.stigmer("config", "set", setting.key(), value)).isZero();
        }
      }
    }
  }

  private String file(String text) throws IOException {
    return Files.writeString(folder.resolve("key" + homes), text).toString();
  }
}

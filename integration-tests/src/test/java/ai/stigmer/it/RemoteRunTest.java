package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line against a server, both as processes of their own. */
class RemoteRunTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int STEPS = 6;

  @TempDir Path folder = Path.of("");

  /** A failed attempt, a tool, a sub-agent, a refused command, an answer. */
  private static FakeOllama working() {
    return ollama(
        Scenario.of(
            Answer.error(500, "not now"),
            Answer.call("write_file", "{\"file_path\":\"a.txt\",\"content\":\"one\"}"),
            Answer.call("task", "{\"description\":\"look\",\"subagent_type\":\"general-purpose\"}"),
            Answer.text("It is ", "there."),
            Answer.call("read_file", "{\"file_path\":\"a.txt\"}"),
            Answer.text("All is ", "written.")));
  }

  private static FakeOllama ollama(Scenario scenario) {
    return FakeOllama.start(scenario.models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"text", "json", "stream-json"})
  void aRunShowsTheSameHereAndByAServer(String format) throws Exception {
    Ended here;
    try (FakeOllama ollama = working()) {
      Path workspace = Files.createDirectories(folder.resolve("work"));
      here =
          ServerProcess.stigmer(folder.resolve("here"), ollama)
              .run("run", "--workspace", workspace.toString(), "--output", format, "write");
    }
    try (FakeOllama ollama = working()) {
      StigmerProcess stigmer = ServerProcess.stigmer(folder.resolve("there"), ollama);
      try (ServerProcess server = ServerProcess.start(stigmer)) {
        String url = server.uri().toString();

        Ended there =
            StigmerProcess.in(folder.resolve("client"))
                .with("STIGMER_API_KEY", server.token())
                .run("run", "--server", url, "--output", format, "write");

        assertThat(there.status()).as(there.err() + server.said()).isEqualTo(here.status());
        assertThat(same(format, there.out())).isEqualTo(same(format, here.out()));
        String note = "agent stigmer-assistant was made there";
        assertThat(format.equals("stream-json") ? there.out() : there.err()).contains(note);
        assertThat(told(there.err()).replace("note: " + note + "\n", ""))
            .isEqualTo(told(here.err()));
        assertThat(there.err())
            .contains("ollama/qwen2.5-coder:7b", "· at the server " + url + " (--server)")
            .doesNotContain(server.token());
        assertThat(server.said()).doesNotContain("\"bug\"");
      }
    }
  }

  /** Without what differs from run to run: ids, times, places, and how a text was cut. */
  private static String same(String format, String out) throws Exception {
    if (format.equals("text")) {
      return out;
    }
    var lines = new ArrayList<String>();
    var text = new StringBuilder();
    for (String line : out.split("\n", -1)) {
      if (line.isEmpty()) {
        continue;
      }
      ObjectNode json = (ObjectNode) JSON.readTree(line);
      if (json.path("type").asText().equals("text")) {
        text.append(json.path("text").asText());
        continue;
      }
      if (!text.isEmpty()) {
        lines.add("text " + text);
        text.setLength(0);
      }
      scrub(json);
      boolean isOurs = json.path("text").asText().startsWith("agent stigmer-assistant was made");
      if (!isOurs && !isTextOfChild(json)) {
        lines.add(json.toString());
      }
    }
    return String.join("\n", lines);
  }

  private static boolean isTextOfChild(JsonNode json) {
    return json.path("event").path("type").asText().equals("text");
  }

  private static void scrub(ObjectNode json) {
    json.remove(
        List.of(
            "run",
            "run_id",
            "seq",
            "start_line",
            "configuration",
            "wait_ms",
            "left_ms",
            "at",
            "duration_ms",
            "session"));
    json.forEach(
        child -> {
          if (child instanceof ObjectNode object) {
            scrub(object);
          }
        });
    if (json.path("why").isTextual()) {
      json.put("why", json.path("why").asText().replaceAll("[0-9.:]+ ?m?s|:[0-9]{4,5}", "?"));
    }
    if (json.path("text").isTextual()) {
      json.put("text", json.path("text").asText().replaceAll("run [^ ]+", "run ID"));
    }
    if (json.path("message").isTextual()) {
      json.put("message", json.path("message").asText().replaceAll("127.0.0.1:[0-9]+", "HOST"));
    }
    json.remove("from");
  }

  private static String told(String err) {
    return err.lines()
        .filter(line -> !line.startsWith("ollama/"))
        .map(
            line ->
                line.replaceAll("run [^ ]+$", "run ID")
                    .replaceAll("in [0-9.]+ ?m?s", "in TIME")
                    .replaceAll("[0-9.]+ (ms|s|min)( |,|;|$)", "TIME$2")
                    .replaceAll("127.0.0.1:[0-9]+", "HOST"))
        .reduce("", (all, line) -> all + line + "\n");
  }

  private static Answer step(JsonNode body) {
    int step = WorkingRun.assistants(body);
    Answer answer =
        step < STEPS
            ? Answer.call(
                "write_file", "{\"file_path\":\"" + step + ".txt\",\"content\":\"" + step + "\"}")
            : Answer.text("All written.");
    return answer.with(new Fault.Delay(Duration.ofMillis(200)));
  }

  @Test
  void aRunIsFollowedThroughTheDeathOfItsServer() throws Exception {
    try (FakeOllama ollama = ollama(Scenario.answering(RemoteRunTest::step))) {
      StigmerProcess stigmer = ServerProcess.stigmer(folder.resolve("there"), ollama);
      String address;
      StigmerProcess.Running client;
      try (ServerProcess server = ServerProcess.start(stigmer)) {
        address = server.uri().getAuthority();
        client = client(server).start("run", "--output", "stream-json", "write");
        awaitLine(client, "\"type\":\"tool_finished\"");
        server.kill();
      }
      try (client;
          ServerProcess server = ServerProcess.startAt(address, stigmer)) {
        Ended ended = client.await();

        assertThat(ended.status()).as(ended.err() + server.said()).isZero();
        assertThat(ended.err()).contains("broke; trying again", "the server is there again");
        var types = new ArrayList<String>();
        for (String line : ended.out().split("\n", -1)) {
          types.add(line.isEmpty() ? "" : JSON.readTree(line).path("type").asText());
        }
        assertThat(types).containsOnlyOnce("init").containsOnlyOnce("run_started");
        assertThat(types.stream().filter("tool_finished"::equals)).hasSize(STEPS);
        assertThat(types.stream().filter("tool_started"::equals)).hasSize(STEPS);
        assertThat(ended.out()).contains("All written.");
      }
    }
  }

  private StigmerProcess client(ServerProcess server) throws Exception {
    return StigmerProcess.in(folder.resolve("client"))
        .with("STIGMER_API_KEY", server.token())
        .with("STIGMER_BACKEND_ENDPOINT", server.uri().toString());
  }

  private static void awaitLine(StigmerProcess.Running running, String text) throws Exception {
    while (!StigmerProcess.read(running.out()).contains(text)) {
      assertThat(running.process().isAlive()).as(StigmerProcess.read(running.err())).isTrue();
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Test
  void theEndOfTheCommandIsNotTheEndOfTheRunAndCtrlCIs() throws Exception {
    var gone = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    Scenario held =
        Scenario.answering(
            body -> {
              if (WorkingRun.assistants(body) == 1) {
                await(body.toString().contains("hold on") ? ended : gone);
              }
              return step(body);
            });
    try (FakeOllama ollama = ollama(held);
        ServerProcess server =
            ServerProcess.start(ServerProcess.stigmer(folder.resolve("there"), ollama))) {
      StigmerProcess stigmer = client(server);
      try (StigmerProcess.Running first =
          stigmer.start("run", "--output", "stream-json", "write")) {
        awaitLine(first, "\"type\":\"tool_finished\"");
        first.signal("KILL");
        first.process().waitFor();
      }
      gone.countDown();
      Ended followed = stigmer.run("resume", "last");
      assertThat(followed.out()).as(followed.err()).contains("All written.");
      assertThat(followed.status()).isZero();

      try (StigmerProcess.Running second =
          stigmer.start("run", "--output", "stream-json", "hold on")) {
        awaitLine(second, "\"type\":\"tool_finished\"");
        second.signal("INT");
        Ended cancelled = second.await();

        assertThat(cancelled.status()).as(cancelled.err()).isEqualTo(130);
        assertThat(cancelled.out()).contains("\"status\":\"cancelled\"");
      }
      ended.countDown();
      assertThat(stigmer.run("sessions", "list").out()).contains("cancelled", "completed");
      Ended again = stigmer.run("resume", "last");
      assertThat(again.out()).as(again.err()).contains("All written.");
      Ended over = stigmer.run("resume", "last", "--output", "stream-json");
      assertThat(over.status()).as(over.out() + over.err()).isZero();
      assertThat(over.out()).contains("\"status\":\"completed\"", "All written.");
    }
  }

  @Test
  void atATerminalCtrlCAsksWhetherTheRunIsToEndAndANoLetsItGoOn() throws Exception {
    RealComponents.require(
        "script", () -> RealComponents.runs(List.of("script", "-qec", "true", "/dev/null")));
    var asked = new CountDownLatch(1);
    Scenario held =
        Scenario.answering(
            body -> {
              if (WorkingRun.assistants(body) == 1) {
                await(asked);
              }
              return step(body);
            });
    try (FakeOllama ollama = ollama(held);
        ServerProcess server =
            ServerProcess.start(ServerProcess.stigmer(folder.resolve("there"), ollama))) {
      StigmerProcess stigmer = client(server);
      try (var terminal = new TypedTerminal(stigmer, folder.resolve("pid"), "run", "write")) {
        terminal.await("write_file");
        terminal.type(TypedTerminal.CTRL_C);
        terminal.await("at the server, too? [y]es  [N]o, it goes on");
        terminal.line("n");

        assertThat(terminal.ended()).isEqualTo(130);
        assertThat(terminal.screen()).contains("goes on at " + server.uri());
      }
      asked.countDown();

      assertThat(stigmer.run("resume", "last").out()).contains("All written.");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whatWaitsAtAServerIsDecidedFromElsewhere() throws Exception {
    try (FakeOllama ollama =
            ollama(
                Scenario.of(
                    Answer.call("execute", "{\"command\":\"echo fine\"}"), Answer.text("Done.")));
        ServerProcess server =
            ServerProcess.start(
                ServerProcess.stigmer(folder.resolve("there"), ollama),
                "--when-absent",
                "wait",
                "--execution-mode",
                "local")) {
      StigmerProcess stigmer = client(server);

      Ended waiting = stigmer.run("run", "go");
      assertThat(waiting.status()).as(waiting.err()).isEqualTo(7);
      assertThat(waiting.err()).contains("E410");
      Ended listed = stigmer.run("approvals", "list");
      assertThat(listed.out()).contains(".1  ", "waits", "echo fine");
      Ended said = stigmer.run("steer", "last", "be", "brief");
      assertThat(said.out()).as(said.err()).contains("hears it at its next step");
      Ended decided = stigmer.run("approvals", "approve", "last");
      assertThat(decided.out()).as(decided.err()).contains("approved: execute echo fine");
      assertThat(decided.err()).contains("goes on at " + server.uri());
      Ended twice = stigmer.run("approvals", "deny", listed.out().split(" ", -1)[0]);
      assertThat(twice.err()).contains("E412");
      Ended followed = stigmer.run("resume", "last");
      assertThat(followed.out()).as(followed.err()).contains("Done.");
      Ended shown = stigmer.run("sessions", "show", "last");
      assertThat(shown.out()).as(shown.err()).contains("be brief", "(token server.token)");
      assertThat(stigmer.run("replay", "last").out()).contains("Done.");
    }
  }

  @Test
  void whatIsPrintedAboutARunOfAServerIsWhatWorks() throws Exception {
    try (FakeOllama ollama =
            ollama(
                Scenario.of(
                    Answer.call("execute", "{\"command\":\"echo fine\"}"), Answer.text("Done.")));
        ServerProcess server =
            ServerProcess.start(
                ServerProcess.stigmer(folder.resolve("there"), ollama),
                "--when-absent",
                "wait",
                "--execution-mode",
                "local")) {
      StigmerProcess stigmer =
          StigmerProcess.in(folder.resolve("client")).with("STIGMER_API_KEY", server.token());

      Ended waiting = stigmer.run("run", "--server", server.uri().toString(), "go");

      assertThat(waiting.status()).as(waiting.err()).isEqualTo(7);
      Ended decided = stigmer.run(printed(waiting.err(), "approve it: "));
      assertThat(decided.out()).as(decided.err()).contains("approved: execute echo fine");
      Ended followed = stigmer.run(printed(waiting.err(), "then: "));
      assertThat(followed.out()).as(followed.err()).contains("Done.");
    }
  }

  /** The words behind {@code stigmer} of the first command that stands behind that. */
  private static String[] printed(String text, String before) {
    String line = text.substring(text.indexOf(before + "stigmer ") + before.length() + 8);
    return line.split("[,\n]", -1)[0].split(" ", -1);
  }

  @Test
  void whatAServerIsNotAskedForIsRefused() throws Exception {
    try (FakeOllama ollama = ollama(Scenario.of(Answer.text("never")));
        ServerProcess server =
            ServerProcess.start(ServerProcess.stigmer(folder.resolve("there"), ollama))) {
      StigmerProcess stigmer = client(server);

      assertThat(stigmer.run("undo", "last").err())
          .contains("E582", "STIGMER_BACKEND_ENDPOINT names");
      assertThat(stigmer.run("run", "--max-turns", "3", "x").err()).contains("E582", "--max-turns");
      assertThat(stigmer.run("run", "--provider", "openai", "x").err())
          .contains("E582", "a provider");
      assertThat(stigmer.run("run", "--model", "openai/gpt-6.1-sol", "x").err()).contains("E101");
      assertThat(stigmer.with("STIGMER_API_KEY", "wrong").run("sessions", "list").err())
          .contains("E576");
      assertThat(stigmer.with("STIGMER_API_KEY", "").run("sessions", "list").err())
          .contains("E581", "STIGMER_API_KEY_FILE");
      assertThat(
              stigmer
                  .with("STIGMER_BACKEND_ENDPOINT", "http://agents.example.com")
                  .run("sessions", "list")
                  .err())
          .contains("E581", "in the clear");
      assertThat(
              stigmer
                  .with("STIGMER_BACKEND_ENDPOINT", "http://127.0.0.1:1")
                  .run("sessions", "list")
                  .err())
          .contains("E580", "stigmer server status");
      assertThat(stigmer.run("config", "explain").out())
          .contains("backend.endpoint", "STIGMER_BACKEND_ENDPOINT")
          .doesNotContain(server.token());
    }
  }

  @Test
  void aTokenMayDoWhatItsScopeSays() throws Exception {
    try (FakeOllama ollama = ollama(Scenario.of(Answer.text("Hello.")));
        ServerProcess server =
            ServerProcess.start(ServerProcess.stigmer(folder.resolve("there"), ollama))) {
      StigmerProcess owner = ServerProcess.stigmer(folder.resolve("there"), ollama);
      Ended made = owner.run("server", "token", "create", "--name", "eye", "--scope", "read");
      String token = made.out().strip();
      assertThat(token).as(made.err()).startsWith("stg_");
      assertThat(Files.readString(owner.home().resolve("server.tokens.json")))
          .contains("\"eye\"")
          .doesNotContain(token);
      StigmerProcess reader = client(server).with("STIGMER_API_KEY", token);

      assertThat(client(server).run("run", "hi").out()).contains("Hello.");
      assertThat(reader.run("sessions", "list").out()).contains("completed");
      assertThat(reader.run("steer", "last", "x").err()).contains("E584", "needs run");
      assertThat(owner.run("server", "token", "list").out()).contains("eye  read");
      assertThat(owner.run("server", "token", "revoke", "eye").out()).isEqualTo("revoked\n");
      assertThat(reader.run("sessions", "list").err()).contains("E576");
    }
  }
}

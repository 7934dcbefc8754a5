package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.sandbox.CommandEnvironment;
import ai.stigmer.graphton.sandbox.ConfinedCommand;
import ai.stigmer.graphton.sandbox.Limits;
import ai.stigmer.graphton.sandbox.Network;
import ai.stigmer.graphton.sandbox.Sandbox;
import ai.stigmer.graphton.sandbox.SandboxPolicy;
import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.RealComponents;
import ai.stigmer.testkit.ollama.Answer;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs whose commands are kept in a real sandbox. */
class SandboxedRunTest {
  private static final String MARK = "86" + ProcessHandle.current().pid();

  @TempDir Path folder = Path.of("");

  @BeforeEach
  void needsBubblewrap() {
    RealComponents.requireBubblewrap();
  }

  @Test
  void aSandboxThatWasAskedForAsksNoQuestionAndSaysThatItIsInEffect() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, SandboxedRunTest::firstProcess)) {
      Ended ended = run.stigmer().run(words(run, "--execution-mode", "sandbox"));
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.err()).contains(" · commands: bubblewrap, no network");
      assertThat(run.lastToolAnswer()).isEqualTo("bwrap\n[exit status 0]");
    }
  }

  @Test
  void aSandboxThatIsOnlyThereStillAsks() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, SandboxedRunTest::firstProcess)) {
      Ended ended = run.stigmer().run(words(run));
      assertThat(ended.status()).as(ended.err()).isEqualTo(7);
      assertThat(ended.err()).contains(" · commands: bubblewrap, no network", "E401");
    }
  }

  @Test
  void anOpenNetworkAsksAgain() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, SandboxedRunTest::firstProcess)) {
      Ended ended = run.stigmer().run(words(run, "--execution-mode", "sandbox", "--network"));
      assertThat(ended.status()).as(ended.err()).isEqualTo(7);
      assertThat(ended.err()).contains(" · commands: bubblewrap, with the network", "E401");
    }
  }

  @Test
  void aListOfHostsIsSaidReachedAndRefusesTheRestInWords() throws Exception {
    HttpServer web =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    web.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, -1);
          }
        });
    web.start();
    String here = "127.0.0.1:" + web.getAddress().getPort();
    try (WorkingRun run = new WorkingRun(folder, body -> reaching(body, here))) {
      Ended asked =
          run.stigmer().run(words(run, "--execution-mode", "sandbox", "--allow-host", here));
      assertThat(asked.status()).as(asked.err()).isEqualTo(7);
      Ended ended = run.stigmer().run(words(run, "--allow-shell", "--allow-host", here));
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.err())
          .contains(" · commands: bubblewrap, network: " + here)
          .contains(
              "error: [host other.example is not on the allow-list: --allow-host other.example]");
      assertThat(run.lastToolAnswer())
          .contains("200", "[exit status 0]")
          .contains("[host other.example is not on the allow-list: --allow-host other.example]");
      Ended both = run.stigmer().run(words(run, "--network", "--allow-host", here));
      assertThat(both.err()).contains("E151", "leave one of them out");
    } finally {
      web.stop(0);
    }
  }

  private static Answer reaching(JsonNode body, String here) {
    return WorkingRun.assistants(body) == 0
        ? WorkingRun.call(
            "execute",
            "command",
            "curl -s -o /dev/null -w '%{http_code}' http://"
                + here
                + "/; curl -s http://other.example")
        : Answer.text("done");
  }

  @Test
  void aSandboxThatWasAskedForAndCannotBeStartsNothing() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, SandboxedRunTest::firstProcess)) {
      Ended ended =
          run.stigmer()
              .with("HOME", run.workspace().toString())
              .run(words(run, "--execution-mode", "sandbox"));
      assertThat(ended.status()).as(ended.err()).isEqualTo(7);
      assertThat(ended.err()).contains("E430", "holds your whole home", "--execution-mode local");
      Ended auto = run.stigmer().with("HOME", run.workspace().toString()).run(words(run));
      assertThat(auto.err()).contains(" · commands: no sandbox (the workspace", "E401");
    }
  }

  @Test
  void aRunThatHadASandboxGoesOnWithItOrNotAtAll() throws Exception {
    Path pid = folder.resolve("workspace/started");
    try (WorkingRun run = new WorkingRun(folder, SandboxedRunTest::sleeper)) {
      try (StigmerProcess.Running running =
          run.stigmer().start(words(run, "--execution-mode", "sandbox"))) {
        running.awaitFile(pid);
        running.signal("KILL");
        running.await();
      }
      Ended refused = run.stigmer().with("HOME", run.workspace().toString()).run("resume", "last");
      assertThat(refused.err()).contains("E431", "--execution-mode local");
      assertThat(refused.status()).isEqualTo(7);
      Ended local = run.stigmer().run("resume", "last", "--execution-mode", "local");
      assertThat(local.err()).contains("from here on they are not", " · commands: no sandbox");
    }
  }

  /** Sessions of their own and daemons too: a pid namespace ends with its first process. */
  @Test
  void nothingOutlivesAStigmerThatIsKilled() throws Exception {
    Path started = folder.resolve("workspace/started");
    try (WorkingRun run = new WorkingRun(folder, SandboxedRunTest::sleeper)) {
      try (StigmerProcess.Running running =
          run.stigmer().start(words(run, "--execution-mode", "sandbox"))) {
        running.awaitFile(started);
        assertThat(sleepers()).isNotEmpty();
        running.signal("KILL");
        running.await();
      }
      for (int i = 0; i < 1_000 && !sleepers().isEmpty(); i++) {
        Thread.sleep(10);
      }
      assertThat(sleepers()).isEmpty();
    }
  }

  /** What ends a sandbox with its parent looks at the thread that started it. */
  @Test
  void aCommandLivesOnWhenTheThreadThatAskedForItEnds() throws Exception {
    Path workspace = Files.createDirectory(folder.resolve("ws")).toRealPath();
    var policy =
        new SandboxPolicy(
            workspace,
            folder.resolve("home").toAbsolutePath(),
            List.of(),
            List.of(),
            Network.NONE,
            Limits.DEFAULT,
            CommandEnvironment.of(Map.of("PATH", "/usr/bin:/bin"), workspace));
    var sandbox = ((Sandbox.Found.Works) Sandbox.on(policy)).confinement();
    ConfinedCommand command =
        sandbox.wrap(List.of("/bin/sh", "-c", "echo up; read -r word; echo \"$word\""));
    var holder = new Process[1];
    Thread asking = Thread.ofPlatform().start(() -> holder[0] = started(command));
    asking.join();
    Process process = holder[0];
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("up");
      Thread.sleep(200);
      process.outputWriter(StandardCharsets.UTF_8).append("still here\n").flush();
      assertThat(out.readLine()).isEqualTo("still here");
    } finally {
      command.kill(process);
      process.waitFor();
      assertThat(command.settle()).isEmpty();
    }
  }

  private static Process started(ConfinedCommand command) {
    try {
      return command.start();
    } catch (java.io.IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<ProcessHandle> sleepers() {
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process.info().arguments().stream().flatMap(Stream::of).anyMatch(MARK::equals))
        .toList();
  }

  private static Answer firstProcess(JsonNode body) {
    return WorkingRun.assistants(body) == 0
        ? WorkingRun.call("execute", "command", "cat /proc/1/comm")
        : Answer.text("done");
  }

  private static Answer sleeper(JsonNode body) {
    return WorkingRun.assistants(body) == 0
        ? WorkingRun.call(
            "execute",
            "command",
            "sleep "
                + MARK
                + " & setsid sleep "
                + MARK
                + " & setsid sh -c 'setsid sleep "
                + MARK
                + " &'; touch started; sleep "
                + MARK)
        : Answer.text("done");
  }

  private static String[] words(WorkingRun run, String... more) {
    return Stream.concat(
            Stream.of(run.command()).filter(word -> !word.equals("--allow-shell")), Stream.of(more))
        .toArray(String[]::new);
  }
}

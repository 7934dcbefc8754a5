package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ctrl-C and a polite request to end, sent to a real process in the middle of an answer. */
class SignalTest {
  private static final InstalledModel MODEL = InstalledModel.withTools("qwen3:8b", 32_768);

  @TempDir Path folder = Path.of("");

  @ParameterizedTest(name = "{0} ends the run in order with exit status {1}")
  @CsvSource({"HUP, 129", "INT, 130", "TERM, 143"})
  void aSignalEndsTheRunInOrderAndItCanBeResumed(String signal, int status) throws Exception {
    // Given
    AtomicInteger asked = new AtomicInteger();
    try (FakeOllama ollama =
        FakeOllama.start(
            Scenario.answering(
                    _ ->
                        switch (asked.incrementAndGet()) {
                          case 1 -> Answer.call("write_file", FILE);
                          case 2 -> Answer.text("half of it ").with(new Fault.StallAt(60));
                          default -> Answer.text("whole");
                        })
                .models(MODEL))) {
      // When
      Ended ended;
      try (StigmerProcess.Running run = stigmer().start(run(ollama))) {
        awaitRequests(ollama, 2);
        run.signal(signal);
        ended = run.await();
      }
      // Then
      assertThat(ended.status()).as(ended.err()).isEqualTo(status);
      assertThat(ended.err()).contains("cancelled", "go on with: stigmer resume");
      assertThat(ollama.awaitAbandoned(Duration.ofSeconds(10))).isTrue();
      Ended resumed = stigmer().run("resume", "last");
      assertThat(resumed.status()).as(resumed.err()).isZero();
      assertThat(resumed.out()).isEqualTo("whole\n");
      assertThat(asked).hasValue(3);
    }
  }

  @Test
  void aCommandThatRunsIsKilledWithTheRun() throws Exception {
    Path pid = folder.resolve("workspace").resolve("pid");
    try (FakeOllama ollama =
        FakeOllama.start(
            Scenario.answering(
                    _ ->
                        Answer.call(
                            "execute",
                            "{\"command\":\"echo $$ > pid.new; mv pid.new pid; sleep 1000\"}"))
                .models(MODEL))) {
      Ended ended;
      try (StigmerProcess.Running run = stigmer().start(run(ollama))) {
        run.awaitFile(pid);
        run.signal("INT");
        ended = run.await();
      }
      assertThat(ended.status()).as(ended.err()).isEqualTo(130);
      long command = Long.parseLong(StigmerProcess.read(pid).strip());
      assertThat(ProcessHandle.of(command).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }

  /** Going on would run beside a command that still works. */
  @Test
  void aCommandDiesWithAProcessThatIsKilled() throws Exception {
    Path pid = folder.resolve("workspace").resolve("pid");
    try (FakeOllama ollama =
        FakeOllama.start(
            Scenario.answering(
                    _ ->
                        Answer.call(
                            "execute",
                            "{\"command\":\"sleep 1000 & echo $$ $! > pid.new; mv pid.new pid; wait\"}"))
                .models(MODEL))) {
      try (StigmerProcess.Running run = stigmer().start(run(ollama))) {
        run.awaitFile(pid);
        run.signal("KILL");
        run.await();
      }
      for (String process : StigmerProcess.read(pid).strip().split(" ", -1)) {
        CompletableFuture<?> end =
            ProcessHandle.of(Long.parseLong(process))
                .map(ProcessHandle::onExit)
                .orElse(CompletableFuture.completedFuture(null));
        end.get(20, TimeUnit.SECONDS);
      }
    }
  }

  private static final String FILE = "{\"file_path\":\"/a\",\"content\":\"x\"}";

  /** A build under nohup or in the background of a script hands down signals that are ignored. */
  private static List<String> withDefaultSignals() {
    var line = List.of("env", "--default-signal=HUP,INT,TERM");
    try {
      Process trial = new ProcessBuilder(line).redirectErrorStream(true).start();
      trial.getInputStream().readAllBytes();
      return trial.waitFor() == 0 ? line : List.of();
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private StigmerProcess stigmer() {
    return StigmerProcess.in(folder)
        .with("STIGMER_EXECUTION_MODE", "local")
        .tracedBy(withDefaultSignals());
  }

  private String[] run(FakeOllama ollama) throws Exception {
    Path workspace = Files.createDirectories(folder.resolve("workspace"));
    return new String[] {
      "run",
      "--base-url",
      ollama.baseUrl(),
      "-m",
      "qwen3:8b",
      "--allow-shell",
      "--workspace",
      workspace.toString(),
      "go"
    };
  }

  private static void awaitRequests(FakeOllama ollama, int count) throws InterruptedException {
    while (ollama.chats().size() < count) {
      Thread.sleep(20);
    }
    Thread.sleep(300);
  }
}

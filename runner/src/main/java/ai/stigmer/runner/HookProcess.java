package ai.stigmer.runner;

import ai.stigmer.config.HookSetting;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.sandbox.ConfinedCommand;
import ai.stigmer.graphton.sandbox.Unconfined;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs hooks: in the workspace, outside of any sandbox, each until it ends or its time is over.
 * What one has started ends with it.
 *
 * @param folder where they begin
 * @param environment all the variables that they get
 */
record HookProcess(Path folder, Map<String, String> environment) {
  /** Its input is a file, as the pipe belongs to what ends it when this process dies. */
  private static final String FED = "exec <\"$1\"; exec /bin/sh -c \"$2\"";

  private static final int DRAIN_MILLIS = 2_000;

  HookProcess {
    environment = Map.copyOf(environment);
  }

  /** How a hook ended. */
  sealed interface Ended {
    /** By itself; of what it printed the first lines. */
    record Exited(int status, String out, String err) implements Ended {}

    /** It was killed. */
    record TimedOut() implements Ended {}

    /** It was killed, as the run is to end. */
    record Cancelled() implements Ended {}

    record NotStarted(String why) implements Ended {}
  }

  /** Runs a hook; {@code input} is what it reads. */
  Ended run(HookSetting hook, String input, CancelToken cancel) throws InterruptedException {
    try {
      Path file = Files.createTempFile("stigmer-hook", ".json");
      try {
        Files.writeString(file, input);
        return run(
            new Unconfined(folder, environment)
                .wrap(List.of("/bin/sh", "-c", FED, "hook", file.toString(), hook.command())),
            hook,
            cancel);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      return new Ended.NotStarted(String.valueOf(e.getMessage()));
    }
  }

  private static Ended run(ConfinedCommand command, HookSetting hook, CancelToken cancel)
      throws IOException, InterruptedException {
    Process process = command.start();
    var out = new FirstLine(process.getInputStream());
    var err = new FirstLine(process.getErrorStream());
    Thread outReader = Thread.ofPlatform().daemon().name("hook-output").start(out);
    Thread errReader = Thread.ofPlatform().daemon().name("hook-errors").start(err);
    boolean ended = false;
    try (CancelToken.Registration _ = cancel.onCancel(() -> command.kill(process))) {
      ended = process.waitFor(hook.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      command.kill(process);
      outReader.join(DRAIN_MILLIS);
      errReader.join(DRAIN_MILLIS);
      process.destroyForcibly();
    }
    if (cancel.isCancelled()) {
      return new Ended.Cancelled();
    }
    return ended
        ? new Ended.Exited(process.exitValue(), out.text(), err.text())
        : new Ended.TimedOut();
  }

  /** Reads all that a process prints, so that it never waits, and keeps the first line. */
  private static final class FirstLine implements Runnable {
    private static final int MOST_BYTES = 2_000;

    private final InputStream stream;
    private volatile String text = "";

    FirstLine(InputStream stream) {
      this.stream = stream;
    }

    @Override
    public void run() {
      try (stream) {
        byte[] head = stream.readNBytes(MOST_BYTES);
        text = new String(head, StandardCharsets.UTF_8).strip().lines().findFirst().orElse("");
        stream.transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        // It was killed.
        return;
      }
    }

    String text() {
      return text;
    }
  }
}

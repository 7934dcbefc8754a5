package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A pseudo-terminal of script(1) with a stigmer in it, at which a test types. */
final class TypedTerminal implements AutoCloseable {
  static final String CTRL_C = "\u0003";
  static final String CTRL_D = "\u0004";
  private static final long LIMIT_SECONDS = 60;

  private final Process process;
  private final Path screen;
  private final OutputStream keys;

  /**
   * Starts a command.
   *
   * @param pid the file that is to name its process
   */
  TypedTerminal(StigmerProcess stigmer, Path pid, String... words) throws IOException {
    String command =
        stigmer.line(words).stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    Files.createDirectories(stigmer.folder());
    this.screen = Files.createTempFile(stigmer.folder(), "screen", "");
    var builder =
        new ProcessBuilder(
                List.of(
                    "script",
                    "-qec",
                    "stty rows 40 cols 200; echo $$ >'" + pid + "'; exec " + command,
                    "/dev/null"))
            .directory(stigmer.folder().toFile())
            .redirectErrorStream(true)
            .redirectOutput(screen.toFile());
    builder.environment().clear();
    builder.environment().put("STIGMER_HOME", stigmer.home().toString());
    builder.environment().put("PATH", "/usr/local/bin:/usr/bin:/bin");
    builder.environment().put("TERM", "xterm");
    builder.environment().put("NO_COLOR", "1");
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().putAll(stigmer.env());
    this.process = builder.start();
    this.keys = process.getOutputStream();
  }

  /** Presses keys. */
  void type(String text) throws IOException {
    keys.write(text.getBytes(StandardCharsets.UTF_8));
    keys.flush();
  }

  /** Types a line and the return key. */
  void line(String text) throws IOException {
    type(text + "\r");
  }

  /** Waits until the screen has shown this. */
  void await(String shown) throws InterruptedException {
    await(shown, 1);
  }

  /** Waits until the screen has shown this so often. */
  void await(String shown, int times) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (screen().split(Pattern.quote(shown), -1).length <= times) {
      assertThat(System.nanoTime()).as("\"%s\" in:%n%s", shown, screen()).isLessThan(end);
      assertThat(process.isAlive()).as("\"%s\" in:%n%s", shown, screen()).isTrue();
      Thread.sleep(20);
    }
  }

  /** Everything that was shown so far, without the terminal's control sequences. */
  String screen() {
    return StigmerProcess.read(screen)
        .replaceAll("\u001b\\[[0-9;?=>]*[A-Za-z]", "")
        .replaceAll("\u001b[=>]", "")
        .replace("\r", "");
  }

  /** The exit status, once it has ended by itself. */
  int ended() throws InterruptedException {
    assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as(screen()).isTrue();
    return process.exitValue();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}

package ai.stigmer.cli;

import ai.stigmer.graphton.error.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Puts the message together from the command line and standard input. */
final class MessageInput {
  private static final int MAX_INPUT_BYTES = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Surroundings surroundings;

  MessageInput(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * The words or the text of {@code -p}, followed by what is piped in.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E004} when both or none are given,
   *     {@code E005} when standard input cannot be read or is larger than 1 MiB
   */
  String read(List<String> words, String prompt) {
    if (!words.isEmpty() && !prompt.isEmpty()) {
      throw usage("the message is given twice: as words and with -p");
    }
    String given = (words.isEmpty() ? prompt : String.join(" ", words)).strip();
    String piped = surroundings.terminal().in() ? "" : piped().strip();
    if (given.isEmpty() && piped.isEmpty()) {
      throw usage("there is no message");
    }
    if (given.isEmpty()) {
      return piped;
    }
    return piped.isEmpty() ? given : given + "\n\n<stdin>\n" + piped + "\n</stdin>";
  }

  private String piped() {
    CountDownLatch done = new CountDownLatch(1);
    Thread.ofVirtual().start(() -> tellWhenWaiting(done));
    try {
      InputStream in = surroundings.in();
      byte[] bytes = in.readNBytes(MAX_INPUT_BYTES + 1);
      if (bytes.length > MAX_INPUT_BYTES) {
        throw Problem.of("E005", Problem.Category.USAGE, "standard input is larger than 1 MiB")
            .help("put it into a file of the workspace and name the file in the message")
            .asException();
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw Problem.of(
              "E005", Problem.Category.USAGE, "standard input cannot be read: " + e.getMessage())
          .help("stigmer run … < /dev/null")
          .asException();
    } finally {
      done.countDown();
    }
  }

  private void tellWhenWaiting(CountDownLatch done) {
    try {
      if (!done.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        surroundings.err().println("waiting for standard input; without any: < /dev/null");
        surroundings.err().flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static RuntimeException usage(String message) {
    return Problem.of("E004", Problem.Category.USAGE, message)
        .help("stigmer run \"a task\"", "git diff | stigmer run -p \"review this\"")
        .asException();
  }
}

package ai.stigmer.cli.remote;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Reads server-sent events. A connection on which nothing comes for too long is over: what has died
 * without a word would be waited for without end.
 *
 * <p>Not thread-safe; {@link #close} may come from another thread.
 */
final class FeedReader implements AutoCloseable {
  private final InputStream in;
  private final BufferedReader lines;
  private final Thread watch;
  private volatile long heard = System.nanoTime();
  private volatile boolean isSilent;

  /**
   * @param silence how long a line may take
   */
  FeedReader(InputStream in, Duration silence) {
    this.in = in;
    this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    this.watch = Thread.ofVirtual().name("feed-watch").start(() -> watch(silence.toNanos()));
  }

  private void watch(long silence) {
    try {
      for (long left = silence; left > 0; left = heard + silence - System.nanoTime()) {
        TimeUnit.NANOSECONDS.sleep(left);
      }
      isSilent = true;
      in.close();
    } catch (InterruptedException | IOException e) {
      // Nobody reads any more.
    }
  }

  /** Why there is no more of it. */
  IOException broken() {
    return new IOException(
        isSilent ? "the server says nothing any more" : "the server ended the connection");
  }

  /**
   * One event.
   *
   * @param name empty for an event of the run
   * @param id the number of its journal entry; 0 for none
   */
  record Frame(String name, long id, String data) {}

  /**
   * The next event; empty at the end of the stream.
   *
   * @throws IOException when the connection breaks
   */
  Optional<Frame> next() throws IOException {
    String name = "";
    long id = 0;
    var data = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      heard = System.nanoTime();
      if (line.isEmpty() && !data.isEmpty()) {
        return Optional.of(new Frame(name, id, data.toString()));
      }
      if (line.startsWith("event: ")) {
        name = line.substring("event: ".length());
      } else if (line.startsWith("id: ")) {
        id = Long.parseLong(line.substring("id: ".length()));
      } else if (line.startsWith("data: ")) {
        data.append(line, "data: ".length(), line.length());
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    watch.interrupt();
    in.close();
  }
}

package ai.stigmer.cli.remote;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads server-sent events. Not thread-safe; {@link #close} may come from another thread. */
final class FeedReader implements AutoCloseable {
  private final InputStream in;
  private final BufferedReader lines;

  FeedReader(InputStream in) {
    this.in = in;
    this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
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
    in.close();
  }
}

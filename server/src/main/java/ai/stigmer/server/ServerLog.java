package ai.stigmer.server;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * What the server has to say, a line of JSON each. Never with what users or models wrote.
 *
 * <p>Thread contract: thread-safe.
 */
public final class ServerLog {
  private final PrintStream out;
  private final InstantSource clock;

  public ServerLog(PrintStream out, InstantSource clock) {
    this.out = requireNonNull(out, "out is null");
    this.clock = requireNonNull(clock, "clock is null");
  }

  /** Something happened. */
  public void info(String event, String... namesAndValues) {
    write("info", event, namesAndValues);
  }

  /** Something went wrong that is not our bug. */
  public void warn(String event, String... namesAndValues) {
    write("warn", event, namesAndValues);
  }

  /** Traces of runs are not sent. */
  void untraced(Problem problem) {
    warn(
        "traces.not-sent",
        "code",
        problem.code(),
        "message",
        problem.message(),
        "from",
        String.join(", ", problem.from()));
  }

  /** Something went wrong that is. */
  public void bug(String where, Throwable failure) {
    var trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    write("error", "bug", "where", where, "trace", trace.toString());
  }

  private void write(String level, String event, String... namesAndValues) {
    ObjectNode line =
        JsonNodeFactory.instance
            .objectNode()
            .put("time", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString())
            .put("level", level)
            .put("event", event);
    for (int i = 0; i + 1 < namesAndValues.length; i += 2) {
      line.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    synchronized (out) {
      out.println(line);
      out.flush();
    }
  }
}

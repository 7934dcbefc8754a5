package ai.stigmer.server.console.page;

import java.time.Instant;
import java.util.List;

/** One session with its runs, the newest first. */
public record SessionView(Row row, List<RunRow> runs) {
  public SessionView {
    runs = List.copyOf(runs);
  }

  /** A session in a line. */
  public record Row(String id, String subject, String agentId, String agent, Instant created) {}

  /** A page of sessions. */
  public record Page(List<Row> rows, String next) {
    public Page {
      rows = List.copyOf(rows);
    }
  }
}

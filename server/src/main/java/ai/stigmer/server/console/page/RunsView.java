package ai.stigmer.server.console.page;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A page of the list of runs.
 *
 * @param next where the next page begins; empty for the last one
 * @param searched how many runs were looked through, when that ended the search; 0 otherwise
 * @param fingerprint another one for other rows
 */
public record RunsView(
    Filter filter,
    List<RunRow> rows,
    String next,
    int searched,
    String fingerprint,
    List<Choice> agents) {
  public RunsView {
    rows = List.copyOf(rows);
    agents = List.copyOf(agents);
  }

  /**
   * Which runs; what is empty lets all pass.
   *
   * @param before the run before the first one of the page
   */
  public record Filter(String state, String agent, String session, String text, String before) {

    /** Whether all runs pass. */
    public boolean isEmpty() {
      return (state + agent + session + text).isEmpty();
    }

    /** The query of the same runs behind another one. */
    public String query(String after) {
      return Stream.of(
              part("state", state),
              part("agent", agent),
              part("session", session),
              part("text", text),
              part("before", after))
          .filter(part -> !part.isEmpty())
          .collect(Collectors.joining("&"));
    }

    private static String part(String name, String value) {
      return value.isEmpty() ? "" : name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
  }

  /** The states that a filter can name. */
  public Standing[] states() {
    return Standing.values();
  }
}

package ai.stigmer.server.console.page;

import java.util.List;

/**
 * How the server is.
 *
 * @param status ready, degraded or unready
 * @param facts what is worth knowing besides
 */
public record HealthView(String status, List<Part> parts, List<Choice> facts) {
  public HealthView {
    parts = List.copyOf(parts);
    facts = List.copyOf(facts);
  }

  /** A part; empty words say that it works. */
  public record Part(String name, String problem, List<String> help) {
    public Part {
      help = List.copyOf(help);
    }
  }
}

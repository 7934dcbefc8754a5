package ai.stigmer.server.console.page;

import java.util.List;

/** What went wrong, where it came from and what to do. */
public record ErrorView(String code, String message, List<String> from, List<String> help) {
  public ErrorView {
    from = List.copyOf(from);
    help = List.copyOf(help);
  }
}

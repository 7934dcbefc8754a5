package ai.stigmer.cli.remote;

import ai.stigmer.graphton.event.AgentEvent;
import java.util.List;
import java.util.function.Function;

/**
 * The text of one answer so far.
 *
 * <p>Not thread-safe.
 */
final class StreamedText {
  private final StringBuilder told = new StringBuilder();
  private final StringBuilder heard = new StringBuilder();
  private boolean isAgain;

  void forget() {
    told.setLength(0);
    isAgain = false;
  }

  void again() {
    heard.setLength(0);
    isAgain = true;
  }

  /** A piece was told that did not pass here. */
  void add(String piece) {
    told.append(piece);
  }

  /** What of a piece is to be told; another text than before is told whole. */
  List<AgentEvent> next(String piece, Function<String, AgentEvent> event) {
    if (!isAgain) {
      told.append(piece);
      return List.of(event.apply(piece));
    }
    heard.append(piece);
    int both = Math.min(told.length(), heard.length());
    boolean isSame = told.substring(0, both).contentEquals(heard.substring(0, both));
    if (isSame && heard.length() <= told.length()) {
      return List.of();
    }
    String rest = isSame ? heard.substring(told.length()) : heard.toString();
    isAgain = false;
    told.setLength(0);
    told.append(heard);
    return List.of(event.apply(rest));
  }
}

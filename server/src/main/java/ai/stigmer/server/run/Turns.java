package ai.stigmer.server.run;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Whose turn it is: of a session's executions one runs at a time, in the order in which they came,
 * because each goes on with the conversation of the one before it.
 *
 * <p>Thread contract: thread-safe.
 */
final class Turns {
  private final Map<String, ArrayDeque<String>> sessions = new HashMap<>();

  /** Lines an execution up; returns whether it is its turn. */
  synchronized boolean enter(String session, String id) {
    ArrayDeque<String> line = sessions.computeIfAbsent(session, key -> new ArrayDeque<>());
    if (!line.contains(id)) {
      line.add(id);
    }
    return id.equals(line.peek());
  }

  /** Whether it is its turn. */
  synchronized boolean isFirst(String session, String id) {
    ArrayDeque<String> line = sessions.get(session);
    return line != null && id.equals(line.peek());
  }

  /** Takes an execution out of the line; returns the one whose turn it is by that. */
  synchronized Optional<String> leave(String session, String id) {
    ArrayDeque<String> line = sessions.get(session);
    if (line == null) {
      return Optional.empty();
    }
    boolean wasFirst = id.equals(line.peek());
    line.remove(id);
    if (line.isEmpty()) {
      sessions.remove(session);
    }
    return wasFirst ? Optional.ofNullable(line.peek()) : Optional.empty();
  }
}

package ai.stigmer.server.guard;

import java.util.Locale;
import java.util.Optional;

/** What a caller may do; each holds what stands before it. */
public enum Scope {
  /** See agents, executions, journals and figures. */
  READ,
  /** Begin executions, say something to them, end them, and decide what they may do. */
  RUN,
  /** Change what executions are made of: agents, MCP servers, environments, skills. */
  ADMIN;

  /** Whether it holds the other one. */
  public boolean includes(Scope other) {
    return compareTo(other) >= 0;
  }

  /** As people write it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The scope of that name. */
  public static Optional<Scope> of(String id) {
    for (Scope scope : values()) {
      if (scope.id().equals(id)) {
        return Optional.of(scope);
      }
    }
    return Optional.empty();
  }
}

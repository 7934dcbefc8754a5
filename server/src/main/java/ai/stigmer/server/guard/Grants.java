package ai.stigmer.server.guard;

import java.util.Set;

/** What a token lets its bearer do now. Thread contract: thread-safe. */
public interface Grants {

  /** The token's scopes; empty for one that lets nobody in, or no more. */
  Set<Scope> of(String token);

  /** What callers may do. */
  enum Scope {
    /** Look at everything. */
    READ,
    /** Start, steer, approve and end runs. */
    RUN,
    /** Everything else. */
    ADMIN
  }
}

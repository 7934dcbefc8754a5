package ai.stigmer.server.console.page;

import ai.stigmer.server.console.story.Passage;
import java.time.Instant;

/**
 * A call that somebody is asked about.
 *
 * @param question what is asked
 * @param mayItRun whether it is that question, not the other one
 * @param hash of everything that the decision is about
 * @param standing why nobody can decide any more; empty while somebody can
 */
public record ApprovalView(
    String id,
    String run,
    String question,
    boolean mayItRun,
    String tool,
    Passage arguments,
    String why,
    String scope,
    Instant since,
    String hash,
    String standing) {

  public boolean isOpen() {
    return standing.isEmpty();
  }
}

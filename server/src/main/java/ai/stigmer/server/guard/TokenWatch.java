package ai.stigmer.server.guard;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.server.ServerLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tells the server's log of tokens that are made and revoked by other processes, and of those that
 * run out, within a second or two.
 *
 * <p>Thread contract: has a virtual thread of its own from {@link #start} until it is closed.
 */
public final class TokenWatch implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final TokenList tokens;
  private final InstantSource clock;
  private final ServerLog log;
  private final Audit audit;
  private final Thread looking = Thread.ofVirtual().name("token-watch").unstarted(this::look);
  private Optional<Map<String, Known>> known = Optional.empty();
  private boolean failed;

  public TokenWatch(TokenList tokens, InstantSource clock, ServerLog log, Audit audit) {
    this.tokens = requireNonNull(tokens, "tokens is null");
    this.clock = requireNonNull(clock, "clock is null");
    this.log = requireNonNull(log, "log is null");
    this.audit = requireNonNull(audit, "audit is null");
  }

  /** Begins to look; what is there by then is not told. */
  public void start() {
    lookOnce();
    looking.start();
  }

  /** A token by what makes it this one. */
  private record Known(String name, String scope, boolean counts) {}

  private void look() {
    try {
      while (true) {
        Thread.sleep(LOOK);
        lookOnce();
      }
    } catch (InterruptedException e) {
      // The server ends.
    }
  }

  /** A bug is told once, until a look succeeds; it costs one look and not all. */
  private void lookOnce() {
    try {
      Optional<Map<String, Known>> now = counting();
      if (now.isPresent()) {
        tell(known.orElse(now.get()), now.get());
        known = now;
      }
      failed = false;
    } catch (RuntimeException e) {
      if (!failed) {
        log.bug("look at the tokens", e);
      }
      failed = true;
    }
  }

  /** Empty when the list cannot be read, so that nothing is told of it. */
  private Optional<Map<String, Known>> counting() {
    try {
      var all = new HashMap<String, Known>();
      for (TokenList.Token token : tokens.all()) {
        all.put(
            token.hash(),
            new Known(token.name(), token.scope().id(), token.counts(clock.instant())));
      }
      return Optional.of(all);
    } catch (ProblemException e) {
      return Optional.empty();
    }
  }

  private void tell(Map<String, Known> before, Map<String, Known> now) {
    before.forEach(
        (hash, token) -> {
          if (!now.containsKey(hash)) {
            audit.forget(token.name());
            told("token.revoked", token);
          } else if (token.counts() && !now.get(hash).counts()) {
            told("token.expired", token);
          }
        });
    now.forEach(
        (hash, token) -> {
          if (!before.containsKey(hash)) {
            told("token.made", token);
          }
        });
  }

  private void told(String event, Known token) {
    log.info(event, "token", token.name(), "scope", token.scope());
  }

  @Override
  public void close() {
    looking.interrupt();
  }
}

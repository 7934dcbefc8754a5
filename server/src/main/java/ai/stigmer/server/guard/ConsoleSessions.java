package ai.stigmer.server.guard;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/*
 * A token lives long, and what stands in an address may end in a history or a log. So whoever has a token gets a code
 * that is good once and for two minutes, and a browser exchanges it for a cookie. Both are kept as hashes, in memory: a
 * server that is started again knows none of them.
 */
/**
 * Codes that let a browser in, and the browsers that were let in. A session ends when its token
 * ends to be one, after twelve hours, or with the server.
 *
 * <p>Thread contract: thread-safe.
 */
public final class ConsoleSessions {
  /** How long a code is good for. */
  public static final Duration CODE_LASTS = Duration.ofMinutes(2);

  /** How long a browser stays. */
  public static final Duration SESSION_LASTS = Duration.ofHours(12);

  private static final int BYTES = 32;
  private static final int MOST_CODES = 100;
  private static final int MOST_SESSIONS = 1_000;

  private final BearerToken tokens;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Held> codes = new Kept(MOST_CODES);
  private final Map<String, Held> sessions = new Kept(MOST_SESSIONS);

  public ConsoleSessions(BearerToken tokens, InstantSource clock) {
    this.tokens = requireNonNull(tokens, "tokens is null");
    this.clock = requireNonNull(clock, "clock is null");
  }

  /** Whoever came with a token, until some time. A class, because a record would print it. */
  private static final class Held {
    private final String token;
    private final String formToken;
    private final Instant until;

    private Held(String token, String formToken, Instant until) {
      this.token = token;
      this.formToken = formToken;
      this.until = until;
    }
  }

  /** The newest ones, so that nobody fills the memory. */
  private static final class Kept extends LinkedHashMap<String, Held> {
    private static final long serialVersionUID = 1L;

    private final int most;

    private Kept(int most) {
      this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Held> eldest) {
      return size() > most;
    }
  }

  /** A code for the bearer of that token. */
  public synchronized String code(String token) {
    String code = random();
    codes.put(hash(code), new Held(token, "", clock.instant().plus(CODE_LASTS)));
    return code;
  }

  /** The value of a cookie for that code, which is used up by it; empty when it is not good. */
  public synchronized Optional<String> exchange(String code) {
    Held held = codes.remove(hash(code));
    if (held == null || isOver(held)) {
      return Optional.empty();
    }
    String cookie = random();
    sessions.put(hash(cookie), new Held(held.token, random(), clock.instant().plus(SESSION_LASTS)));
    return Optional.of(cookie);
  }

  /** The session of a cookie, with what its token allows now. */
  public synchronized Optional<ConsoleSession> find(String cookie) {
    Held held = sessions.get(hash(cookie));
    if (held == null) {
      return Optional.empty();
    }
    if (isOver(held)) {
      sessions.remove(hash(cookie));
      return Optional.empty();
    }
    return tokens.caller(held.token).map(caller -> new ConsoleSession(caller, held.formToken));
  }

  /** The browser leaves. */
  public synchronized void end(String cookie) {
    sessions.remove(hash(cookie));
  }

  private boolean isOver(Held held) {
    return tokens.caller(held.token).isEmpty() || !clock.instant().isBefore(held.until);
  }

  private String random() {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Looked up by its hash, so that no comparison tells anything of the value. */
  private static String hash(String value) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

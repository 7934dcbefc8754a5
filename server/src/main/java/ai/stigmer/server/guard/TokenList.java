package ai.stigmer.server.guard;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that were made for others, in a file of the Stigmer home that holds their hashes. It
 * is read for each call, so that a new token counts at once and a revoked one no more.
 *
 * <p>Thread contract: thread-safe, across processes.
 */
public final class TokenList {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BYTES = 32;
  private static final int MOST = 1_000;
  private static final int LONGEST = 4_096;
  private static final String PREFIX = "stg_";

  private final Path file;
  private final InstantSource clock;

  private TokenList(Path file, InstantSource clock) {
    this.file = requireNonNull(file, "file is null");
    this.clock = requireNonNull(clock, "clock is null");
  }

  /** The tokens of a Stigmer home. */
  public static TokenList in(Path home, InstantSource clock) {
    return new TokenList(home.resolve("server.tokens.json"), clock);
  }

  /**
   * A token, without what it is.
   *
   * @param hash SHA-256 in hexadecimal
   * @param expires from when on it does not count; empty for never
   */
  public record Token(
      String name, Scope scope, String hash, Instant created, Optional<Instant> expires) {
    public Token {
      requireNonNull(scope, "scope is null");
      requireNonNull(hash, "hash is null");
      requireNonNull(created, "created is null");
      requireNonNull(expires, "expires is null");
    }

    /** Whether it counts at a time. */
    public boolean counts(Instant now) {
      return expires.map(now::isBefore).orElse(true);
    }
  }

  /** All tokens, in the order in which they were made. */
  public List<Token> all() {
    try {
      return Files.exists(file) ? read() : List.of();
    } catch (IOException e) {
      throw unusable(e.toString(), e);
    }
  }

  /**
   * Makes a token, which is told here and nowhere else.
   *
   * @throws ProblemException {@code E585} when the name is no name, or is taken, or the time is not
   *     positive; {@code E562} when the file cannot be used
   */
  public String create(String name, Scope scope, Optional<Duration> lasting) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
      throw refused("a token's name has 1 to 63 letters, digits, '.', '_' or '-'", name);
    }
    if (lasting.filter(time -> !time.isPositive()).isPresent()) {
      throw refused("a token lasts longer than no time", name);
    }
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    String text = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    change(
        all -> {
          if (all.stream().anyMatch(one -> one.name().equals(name))) {
            throw refused("there is a token of that name", name);
          }
          if (all.size() >= MOST) {
            throw refused("there are " + MOST + " tokens, which is the most", name);
          }
          var more = new ArrayList<>(all);
          more.add(
              new Token(
                  name,
                  scope,
                  HexFormat.of().formatHex(TokenFile.hash(text)),
                  now,
                  lasting.map(now::plus)));
          return more;
        });
    return text;
  }

  /**
   * Takes a token away.
   *
   * @throws ProblemException {@code E585} when there is none of that name
   */
  public void revoke(String name) {
    change(
        all -> {
          List<Token> left = all.stream().filter(one -> !one.name().equals(name)).toList();
          if (left.size() == all.size()) {
            throw refused("there is no token of that name", name);
          }
          return left;
        });
  }

  /** Who brings that token; every hash is looked at, so that the time tells nothing. */
  Optional<Caller> caller(String offered) {
    if (!offered.startsWith(PREFIX) || offered.length() > LONGEST) {
      return Optional.empty();
    }
    byte[] hash = TokenFile.hash(offered);
    Instant now = clock.instant();
    Optional<Caller> found = Optional.empty();
    try {
      for (Token token : all()) {
        boolean isIt = MessageDigest.isEqual(HexFormat.of().parseHex(token.hash()), hash);
        if (isIt && token.counts(now)) {
          found = Optional.of(new Caller(token.name(), token.scope()));
        }
      }
    } catch (ProblemException | IllegalArgumentException e) {
      // A list that cannot be read lets nobody in.
      return Optional.empty();
    }
    return found;
  }

  private void change(UnaryOperator<List<Token>> how) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      try (FileChannel channel =
              FileChannel.open(
                  file.resolveSibling("server.tokens.lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock _ = channel.lock()) {
        write(how.apply(all()));
      }
    } catch (IOException e) {
      throw unusable(e.toString(), e);
    }
  }

  private void write(List<Token> tokens) throws IOException {
    ArrayNode array = JSON.createArrayNode();
    for (Token token : tokens) {
      ObjectNode json =
          array
              .addObject()
              .put("name", token.name())
              .put("scope", token.scope().id())
              .put("sha256", token.hash())
              .put("created", token.created().toString());
      token.expires().ifPresent(at -> json.put("expires", at.toString()));
    }
    Path fresh =
        Files.createTempFile(
            file.toAbsolutePath().getParent(),
            "server.tokens",
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        fresh, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(array) + "\n");
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private List<Token> read() throws IOException {
    if (TokenFile.isOpenToOthers(file)) {
      throw unusable("others can read it", null);
    }
    try {
      var tokens = new ArrayList<Token>();
      for (JsonNode json : JSON.readTree(Files.readString(file))) {
        tokens.add(
            new Token(
                json.path("name").asText(),
                Scope.of(json.path("scope").asText())
                    .orElseThrow(() -> new IllegalArgumentException("a scope is unknown")),
                json.path("sha256").asText(),
                Instant.parse(json.path("created").asText()),
                json.has("expires")
                    ? Optional.of(Instant.parse(json.path("expires").asText()))
                    : Optional.empty()));
      }
      return tokens;
    } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
      throw unusable("it is damaged", e);
    }
  }

  private static ProblemException refused(String why, String name) {
    return Problem.of("E585", Problem.Category.USAGE, why + ": \"" + name + '"')
        .help("stigmer server token list")
        .asException();
  }

  private ProblemException unusable(String why, @Nullable Throwable cause) {
    Problem problem =
        Problem.of(
                "E562",
                Problem.Category.CREDENTIALS,
                "the file of the server's tokens cannot be used: " + why)
            .from(file.toString())
            .help("chmod 600 " + file, "or remove the file and make the tokens again");
    return cause == null ? problem.asException() : new ProblemException(problem, cause);
  }
}

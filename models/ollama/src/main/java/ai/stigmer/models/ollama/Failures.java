package ai.stigmer.models.ollama;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.model.LineReader;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts what went wrong into words: one message, and the next command to type first. */
final class Failures {
  private static final int MAX_TEXT = 300;
  private static final Pattern TOO_LONG =
      Pattern.compile(
          "context (length|size|window)|prompt is (too long|longer)|input (is )?too long"
              + "|exceeds? .{0,40}context|no user query found");

  private static final Pattern NO_ROOM =
      Pattern.compile("no space left|not enough (disk )?space|disk (is )?full|disk quota");

  private static final String REFUSED = "Connection refused";
  private static final Pattern LOCAL = Pattern.compile("localhost|127\\..*|\\[::1]");

  private final Endpoint endpoint;
  private final String model;

  Failures(Endpoint endpoint, String model) {
    this.endpoint = endpoint;
    this.model = model;
  }

  /** A failure of the connection. */
  ModelFailure connection(@Nullable Throwable cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof Connection.UntrustedException untrusted) {
        return untrusted(untrusted);
      }
      if (at instanceof ConnectException) {
        return unreachable(String.valueOf(at.getMessage()));
      }
      if (at instanceof LineReader.TooLongException) {
        return notOllama("Ollama's answer is too long: " + at.getMessage());
      }
      if (at instanceof UnknownHostException) {
        return unreachable("the name " + endpoint.host() + " is not known");
      }
    }
    return broken("the connection to " + endpoint.base() + " broke within the answer");
  }

  /** A handshake that was merely dropped may succeed later; a certificate stays what it is. */
  private ModelFailure untrusted(Connection.UntrustedException e) {
    Throwable handshake = e.getCause();
    boolean dropped = handshake != null && handshake.getCause() instanceof EOFException;
    return failure(
        0,
        dropped ? Kind.UNREACHABLE : Kind.UNAVAILABLE,
        Problem.of("E208", Category.PROVIDER, String.valueOf(e.getMessage()))
            .help(
                "a plain server? write http:// in llm.base_url",
                "a certificate of your own? JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=FILE"));
  }

  private ModelFailure unreachable(String why) {
    boolean notStarted = REFUSED.equals(why) && LOCAL.matcher(endpoint.host()).matches();
    return failure(
        0,
        notStarted ? Kind.UNAVAILABLE : Kind.UNREACHABLE,
        Problem.of(
                "E201", Category.PROVIDER, "no Ollama server can be reached at " + endpoint.base())
            .from(why)
            .help(
                "ollama serve",
                "not installed yet? https://ollama.com/download",
                "another address? stigmer config set llm.provider ollama, then llm.base_url URL"));
  }

  /** A stream that ended early or is not readable. */
  ModelFailure broken(String what) {
    return failure(
        0,
        Kind.STREAM_BROKEN,
        Problem.of("E216", Category.PROVIDER, what)
            .help(
                "ollama ps",
                "the server's log says more: https://docs.ollama.com/troubleshooting"));
  }

  ModelFailure noAnswer(Duration limit) {
    return timeout(
        "Ollama at " + endpoint.base() + " sent nothing within " + words(limit),
        "llm.timeouts.first_token");
  }

  ModelFailure silence(Duration limit) {
    return timeout(
        "Ollama at " + endpoint.base() + " fell silent for " + words(limit), "llm.timeouts.idle");
  }

  private ModelFailure timeout(String what, String setting) {
    return failure(
        0,
        Kind.TIMEOUT,
        Problem.of("E203", Category.PROVIDER, what)
            .help(
                "ollama ps",
                "a model that does not fit into memory answers very slowly",
                "more patience: stigmer config set " + setting + " 10m"));
  }

  private static String words(Duration limit) {
    return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
  }

  /** An answer that Ollama would not give. */
  ModelFailure notOllama(String what) {
    return failure(
        200,
        Kind.BAD_RESPONSE,
        Problem.of("E204", Category.PROVIDER, what)
            .help(
                "curl " + endpoint.base() + "/api/version",
                "another address? stigmer config set llm.provider ollama, then llm.base_url URL"));
  }

  /**
   * A refusal by the server.
   *
   * @param status the HTTP status; 200 for an error within a stream
   * @param text the server's words
   * @param window the context window that was asked for
   * @param installed names of installed models that can call tools
   */
  ModelFailure refused(int status, String text, int window, List<String> installed) {
    String words = text.toLowerCase(Locale.ROOT);
    if (status == 401 || status == 403) {
      return credentials(status, text);
    }
    if (status == 404) {
      return words.contains("model") ? missing(installed) : noSuchPage(status);
    }
    if (words.contains("does not support tools")) {
      return unfit(status, installed);
    }
    boolean mayTell = status == 200 || status == 400 || status >= 500;
    if (status == 413 || (mayTell && TOO_LONG.matcher(words).find())) {
      return tooLong(status, text, window);
    }
    String said =
        "Ollama at "
            + endpoint.base()
            + (status == 200 ? " failed: " : " answered " + status + ": ")
            + shown(text);
    Kind kind = kind(status);
    return failure(status, kind, problem(kind, said));
  }

  private static Problem problem(Kind kind, String said) {
    return switch (kind) {
      case CREDENTIALS ->
          Problem.of("E205", Category.PROVIDER, said)
              .help("https://ollama.com/settings", "or a model of this machine: ollama list");
      case RATE_LIMITED ->
          Problem.of("E206", Category.PROVIDER, said)
              .help("wait, then: stigmer resume last", "or a model of this machine: ollama list");
      case OVERLOADED ->
          Problem.of("E207", Category.PROVIDER, said)
              .help("ollama ps", "wait, then: stigmer resume last");
      case TIMEOUT ->
          Problem.of("E203", Category.PROVIDER, said)
              .help("ollama ps", "try again: stigmer resume last");
      case BAD_REQUEST ->
          Problem.of("E215", Category.PROVIDER, said)
              .help("stigmer doctor", "the server's log says more");
      case UNREACHABLE,
          UNAVAILABLE,
          STREAM_BROKEN,
          SERVER_ERROR,
          MODEL_MISSING,
          MODEL_UNFIT,
          CONTEXT_OVERFLOW,
          BAD_RESPONSE ->
          Problem.of("E204", Category.PROVIDER, said)
              .help("stigmer doctor", "the server's log says more");
    };
  }

  private static Kind kind(int status) {
    return switch (status) {
      case 402 -> Kind.CREDENTIALS;
      case 408, 504 -> Kind.TIMEOUT;
      case 409 -> Kind.SERVER_ERROR;
      case 429 -> Kind.RATE_LIMITED;
      case 503, 529 -> Kind.OVERLOADED;
      default -> status == 200 || status >= 499 ? Kind.SERVER_ERROR : Kind.BAD_REQUEST;
    };
  }

  private ModelFailure credentials(int status, String text) {
    String message =
        "Ollama at " + endpoint.base() + " refused the request (" + status + "): " + shown(text);
    return failure(
        status,
        Kind.CREDENTIALS,
        Problem.of("E110", Category.CREDENTIALS, message)
            .help(
                "stigmer config explain",
                endpoint.key().isPresent()
                    ? "the key that was sent is not accepted there"
                    : "no key was sent; set OLLAMA_API_KEY"));
  }

  ModelFailure missing(List<String> installed) {
    List<String> others = others(installed);
    String have =
        others.isEmpty()
            ? "no other model there can call tools"
            : "installed and fit for tools: " + String.join(", ", others);
    return failure(
        404,
        Kind.MODEL_MISSING,
        Problem.of("E202", Category.MODEL, "model " + model + " is not installed in Ollama")
            .help("ollama pull " + model, have));
  }

  private ModelFailure noSuchPage(int status) {
    return failure(
        status,
        Kind.BAD_RESPONSE,
        Problem.of(
                "E204",
                Category.PROVIDER,
                endpoint.base() + " is not an Ollama server: it has no /api/chat")
            .help("stigmer config explain", "stigmer config set llm.base_url " + Endpoint.DEFAULT));
  }

  ModelFailure unfit(int status, List<String> installed) {
    List<String> others = others(installed);
    String next =
        others.isEmpty() ? "ollama pull qwen3.5" : "stigmer run --model " + others.getFirst();
    return failure(
        status,
        Kind.MODEL_UNFIT,
        Problem.of("E301", Category.MODEL, "model " + model + " cannot call tools")
            .help(next, "ollama show " + model + " lists what it can do"));
  }

  private List<String> others(List<String> installed) {
    return installed.stream().filter(name -> !name.equals(model)).toList();
  }

  private ModelFailure tooLong(int status, String text, int window) {
    return failure(
        status,
        Kind.CONTEXT_OVERFLOW,
        Problem.of(
                "E302",
                Category.MODEL,
                "the conversation does not fit into the context of "
                    + window
                    + " tokens: "
                    + shown(text))
            .help(
                "--context-length " + 2L * window,
                "a larger context needs more memory; ollama show "
                    + model
                    + " tells the model's limit"));
  }

  /** A connection that broke while a model was pulled. */
  ModelFailure pullBroken(@Nullable Throwable cause) {
    ModelFailure failure = connection(cause);
    return failure.kind() == Kind.UNREACHABLE || failure.kind() == Kind.UNAVAILABLE
        ? failure
        : notPulled("the connection broke");
  }

  /**
   * A model that could not be pulled.
   *
   * @param reason the server's words, or ours
   */
  ModelFailure notPulled(String reason) {
    String words = reason.toLowerCase(Locale.ROOT);
    if (NO_ROOM.matcher(words).find()) {
      return failure(
          200,
          Kind.SERVER_ERROR,
          Problem.of(
                  "E212",
                  Category.PROVIDER,
                  "there is no room for " + model + " on Ollama's disk: " + shown(reason))
              .help("ollama rm MODEL", "what has arrived is kept; then: ollama pull " + model));
    }
    if (words.contains("file does not exist") || words.contains("manifest unknown")) {
      return failure(
          200,
          Kind.MODEL_MISSING,
          Problem.of("E213", Category.MODEL, "Ollama's library has no model " + model)
              .help("https://ollama.com/library lists names and tags", "ollama list"));
    }
    return failure(
        200,
        Kind.SERVER_ERROR,
        Problem.of("E211", Category.PROVIDER, model + " could not be pulled: " + shown(reason))
            .help("ollama pull " + model + "   goes on where it stopped"));
  }

  /**
   * The server has less context for the model than it was asked for.
   *
   * @param given in tokens
   * @param asked in tokens
   */
  ModelFailure smallerContext(int given, int asked) {
    return failure(
        200,
        Kind.CONTEXT_OVERFLOW,
        Problem.of(
                "E311",
                Category.MODEL,
                String.format(
                    Locale.ROOT,
                    "Ollama gave %s a context of %,d tokens instead of %,d; the answer was not used",
                    model,
                    given,
                    asked))
            .help(
                "stigmer resume last --context-length " + given + "   goes on with that much",
                "for more: OLLAMA_CONTEXT_LENGTH of the server, and memory; ollama ps shows what is"
                    + " loaded"));
  }

  /**
   * The server has answered a conversation of which it read only the end.
   *
   * @param read how many tokens it counts; 0 when it does not tell
   * @param least how many there are at least
   * @param window the context that was asked for
   */
  ModelFailure cut(long read, long least, int window) {
    String what =
        read == 0
            ? String.format(
                Locale.ROOT, "Ollama answered a conversation of at least %,d tokens", least)
            : String.format(
                Locale.ROOT,
                "Ollama read %,d tokens of a conversation that has at least %,d",
                read,
                least);
    return failure(
        200,
        Kind.CONTEXT_OVERFLOW,
        Problem.of(
                "E312",
                Category.MODEL,
                what + "; its beginning was cut away, and the answer was not used")
            .help(
                "stigmer resume last --context-length " + 2L * window,
                "a larger context needs more memory; an old server: https://ollama.com/download"));
  }

  private String shown(String text) {
    String safe = endpoint.key().map(key -> text.replace(key.reveal(), "[redacted]")).orElse(text);
    String line = safe.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    if (line.isEmpty()) {
      return "(no text)";
    }
    return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT) + "…";
  }

  private static ModelFailure failure(int status, Kind kind, Problem problem) {
    return ModelFailure.of(OllamaProvider.ID, status, kind, problem);
  }

  static ModelFailure withRetryAfter(ModelFailure failure, Optional<Duration> retryAfter) {
    return new ModelFailure(
        failure.provider(),
        failure.status(),
        failure.kind(),
        failure.requestId(),
        retryAfter,
        failure.problem());
  }
}

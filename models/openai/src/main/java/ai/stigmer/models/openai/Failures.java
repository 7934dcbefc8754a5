package ai.stigmer.models.openai;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.model.LineReader;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import ai.stigmer.graphton.model.ModelSettings.Dialect;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Puts what went wrong into words: one message, and the next command to type first. */
final class Failures {
  private static final int MAX_TEXT = 300;
  private static final int LONGEST_ID = 100;

  /** What the vendor names where a model calls tools in its newer API only. */
  private static final String OTHER_API = "/v1/responses";

  private static final Pattern TOO_LONG =
      Pattern.compile(
          "context_length_exceeded|context[ _](length|size|window)|maximum model length"
              + "|prompt (is )?too (long|large)|input (is )?too (long|large)|too many (input )?tokens"
              + "|exceeds? .{0,40}context|reduce the length|request too large");
  private static final Pattern BILLING =
      Pattern.compile(
          "insufficient_quota|credit_balance_exhausted|(spend|usage)_limit_exceeded"
              + "|billing_(hard_limit_reached|not_active)|insufficient (credits|balance|quota)");
  private static final Pattern NO_TOOLS =
      Pattern.compile(
          "does not support (tools|tool|function)|enable-auto-tool-choice"
              + "|(tools|function calling).{0,30}not supported|no endpoints found that support tool");
  private static final Set<String> BUSY =
      Set.of("slow_down", "server_is_overloaded", "server_overloaded", "overloaded_error");

  private final Endpoint endpoint;
  private final String model;
  private final Dialect dialect;

  Failures(Endpoint endpoint, String model, Dialect dialect) {
    this.endpoint = endpoint;
    this.model = model;
    this.dialect = dialect;
  }

  /** A failure of the connection. */
  ModelFailure connection(@Nullable Throwable cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof SSLException) {
        return untrusted(at);
      }
      // Reads have no limit of the client's, so a time-out is one of connecting.
      if (at instanceof ConnectException
          || at instanceof UnknownHostException
          || at instanceof SocketTimeoutException) {
        return unreachable("no server can be reached at " + endpoint.base());
      }
      if (at instanceof LineReader.TooLongException) {
        return notOpenAi(shown(String.valueOf(at.getMessage())) + ", from " + endpoint.base());
      }
    }
    return broken("the connection to " + endpoint.base() + " broke within the answer");
  }

  ModelFailure noConnection(Duration limit) {
    return unreachable("no connection to " + endpoint.base() + " within " + words(limit));
  }

  private ModelFailure unreachable(String what) {
    return failure(
        0,
        Kind.UNREACHABLE,
        Problem.of("E201", Category.PROVIDER, shown(what))
            .help(
                "stigmer config explain",
                "another address? stigmer config set llm.provider openai, then llm.base_url URL",
                "proxies of the environment are not used"));
  }

  /** A handshake that was merely dropped may succeed later; a certificate stays what it is. */
  private ModelFailure untrusted(Throwable cause) {
    return failure(
        0,
        cause.getCause() instanceof EOFException ? Kind.UNREACHABLE : Kind.UNAVAILABLE,
        Problem.of(
                "E208",
                Category.PROVIDER,
                "no trusted connection to "
                    + endpoint.base()
                    + ": "
                    + shown(String.valueOf(cause.getMessage())))
            .help(
                "a plain server? write http:// in llm.base_url",
                "a certificate of your own? JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=FILE"));
  }

  /** A stream that ended early or is not readable. */
  ModelFailure broken(String what) {
    return failure(
        0,
        Kind.STREAM_BROKEN,
        Problem.of("E216", Category.PROVIDER, what)
            .help("stigmer resume last", "if it happens again: stigmer doctor"));
  }

  ModelFailure noAnswer(Duration limit) {
    return timeout(endpoint.base() + " sent nothing within " + words(limit));
  }

  ModelFailure silence(Duration limit) {
    return timeout(endpoint.base() + " fell silent for " + words(limit));
  }

  private ModelFailure timeout(String what) {
    return failure(
        0,
        Kind.TIMEOUT,
        Problem.of("E203", Category.PROVIDER, what)
            .help("stigmer resume last", "wait longer: stigmer config list shows the timeouts"));
  }

  private static String words(Duration limit) {
    return limit.toMillis() < 1000 ? limit.toMillis() + " ms" : limit.toSeconds() + " s";
  }

  /** An answer that no such server would give. */
  ModelFailure notOpenAi(String what) {
    return failure(
        200,
        Kind.BAD_RESPONSE,
        Problem.of("E204", Category.PROVIDER, what).help("stigmer config explain", guess()));
  }

  /** A request that cannot even be written. */
  ModelFailure unsendable(RuntimeException cause) {
    return failure(
        0,
        Kind.BAD_REQUEST,
        Problem.of(
                "E215",
                Category.PROVIDER,
                "the request to "
                    + endpoint.base()
                    + " could not be made: "
                    + cause.getClass().getSimpleName())
            .help("please report this"));
  }

  /** A refusal by the server, or an error within its answer. */
  ModelFailure refused(Refusal refusal) {
    ModelFailure plain = plain(refusal.status(), refusal.error());
    boolean mayComeBack =
        switch (plain.kind()) {
          case CREDENTIALS, CONTEXT_OVERFLOW, MODEL_MISSING, MODEL_UNFIT -> false;
          default -> true;
        };
    Kind kind =
        mayComeBack
            ? refusal.shouldRetry().map(retry -> told(plain.kind(), retry)).orElse(plain.kind())
            : plain.kind();
    return new ModelFailure(
        plain.provider(),
        plain.status(),
        kind,
        refusal.requestId(),
        kind.retryable() ? refusal.retryAfter() : Optional.empty(),
        located(plain.problem(), refusal));
  }

  /** The problem with whom was asked, and the id by which the provider finds the request. */
  private Problem located(Problem problem, Refusal refusal) {
    List<String> from = new ArrayList<>();
    from.add(OpenAiProvider.ID + "/" + model + " at " + endpoint.base());
    refusal.requestId().ifPresent(id -> from.add("request " + oneLine(id, LONGEST_ID)));
    return problem.from(from.toArray(String[]::new));
  }

  /** The kind after the server said itself whether the request may be sent again. */
  private static Kind told(Kind kind, boolean retry) {
    if (kind.retryable() == retry) {
      return kind;
    }
    return retry ? Kind.SERVER_ERROR : Kind.UNAVAILABLE;
  }

  private ModelFailure plain(int status, ErrorBody error) {
    String words = error.words();
    if (TOO_LONG.matcher(words).find() || status == 413) {
      return tooLong(status, error);
    }
    if (status == 402 || BILLING.matcher(words).find()) {
      return unpaid(status, error);
    }
    if (status == 401 || status == 403 || error.code().equals("invalid_api_key")) {
      return credentials(status, error);
    }
    if (error.code().equals("model_not_found") || (status == 404 && words.contains("model"))) {
      return missing(status);
    }
    if (NO_TOOLS.matcher(words).find() && !words.contains(OTHER_API)) {
      return unfit(status, error);
    }
    if (status == 404 || status == 405 || status / 100 == 3) {
      return noSuchPage(status);
    }
    Kind kind = kind(status, error.code());
    String said =
        endpoint.base()
            + (status == 200 ? " failed: " : " answered " + status + ": ")
            + shown(error.message());
    return failure(status, kind, words.contains(OTHER_API) ? otherApi(said) : problem(kind, said));
  }

  private static Problem otherApi(String said) {
    return Problem.of("E215", Category.PROVIDER, said)
        .help("stigmer config set llm.api responses", "or: --effort none");
  }

  private static Problem problem(Kind kind, String said) {
    return switch (kind) {
      case RATE_LIMITED ->
          Problem.of("E206", Category.PROVIDER, "the rate limit is reached: " + said)
              .help("wait, then: stigmer resume last", "another model stands in: llm.fallbacks");
      case OVERLOADED ->
          Problem.of("E207", Category.PROVIDER, "the provider is overloaded: " + said)
              .help("wait, then: stigmer resume last", "another model stands in: llm.fallbacks");
      case TIMEOUT ->
          Problem.of("E203", Category.PROVIDER, said).help("try again: stigmer resume last");
      case BAD_REQUEST ->
          Problem.of("E215", Category.PROVIDER, said)
              .help("stigmer doctor", "stigmer config explain");
      case UNREACHABLE,
          UNAVAILABLE,
          STREAM_BROKEN,
          SERVER_ERROR,
          MODEL_MISSING,
          MODEL_UNFIT,
          CONTEXT_OVERFLOW,
          CREDENTIALS,
          BAD_RESPONSE ->
          Problem.of("E204", Category.PROVIDER, said)
              .help("try again: stigmer resume last", "stigmer doctor");
    };
  }

  private static Kind kind(int status, String code) {
    if (BUSY.contains(code)) {
      return Kind.OVERLOADED;
    }
    return switch (status) {
      case 200 -> kindWithinStream(code);
      case 408, 504 -> Kind.TIMEOUT;
      case 409 -> Kind.SERVER_ERROR;
      case 429 -> Kind.RATE_LIMITED;
      case 503, 529 -> Kind.OVERLOADED;
      default -> status >= 499 ? Kind.SERVER_ERROR : Kind.BAD_REQUEST;
    };
  }

  /** The status is spent when an answer has begun; a gateway sends it as the code then. */
  private static Kind kindWithinStream(String code) {
    if (code.matches("[1-5]\\d\\d") && !code.equals("200")) {
      return kind(Integer.parseInt(code), "");
    }
    return switch (code) {
      case "rate_limit_exceeded", "rate_limit_error" -> Kind.RATE_LIMITED;
      case String known when known.startsWith("invalid_") -> Kind.BAD_REQUEST;
      default -> Kind.SERVER_ERROR;
    };
  }

  private ModelFailure credentials(int status, ErrorBody error) {
    return failure(
        status,
        Kind.CREDENTIALS,
        Problem.of(
                "E110",
                Category.CREDENTIALS,
                endpoint.base()
                    + " refused the request ("
                    + status
                    + "): "
                    + shown(error.message()))
            .help(
                "stigmer config explain",
                endpoint.key().isPresent()
                    ? "the key that was sent is not accepted there"
                    : "no key was sent; set OPENAI_API_KEY"));
  }

  private ModelFailure unpaid(int status, ErrorBody error) {
    return failure(
        status,
        Kind.CREDENTIALS,
        Problem.of(
                "E205",
                Category.PROVIDER,
                "the account behind the key has nothing left to spend: " + shown(error.message()))
            .help(
                "add credit or raise the limit with the provider, then: stigmer resume last",
                "or use another model: -m MODEL"));
  }

  /** The model is not there, or not for this key. */
  ModelFailure missing(int status) {
    return failure(
        status,
        Kind.MODEL_MISSING,
        Problem.of("E202", Category.MODEL, "there is no model " + model + " at " + endpoint.base())
            .help("stigmer models list", "use another model: -m MODEL"));
  }

  private ModelFailure unfit(int status, ErrorBody error) {
    return failure(
        status,
        Kind.MODEL_UNFIT,
        Problem.of(
                "E301",
                Category.MODEL,
                "model " + model + " cannot call tools: " + shown(error.message()))
            .help(
                "use another model: -m MODEL",
                "a server of vLLM needs --enable-auto-tool-choice and --tool-call-parser"));
  }

  private ModelFailure tooLong(int status, ErrorBody error) {
    return failure(
        status,
        Kind.CONTEXT_OVERFLOW,
        Problem.of(
                "E302",
                Category.MODEL,
                "the conversation does not fit into the context of "
                    + model
                    + ": "
                    + shown(error.message()))
            .help("use a model with a larger context: -m MODEL", "or begin anew: stigmer run"));
  }

  private ModelFailure noSuchPage(int status) {
    boolean responses = dialect == Dialect.RESPONSES;
    return failure(
        status,
        Kind.BAD_RESPONSE,
        Problem.of(
                "E204",
                Category.PROVIDER,
                endpoint.base()
                    + " has no "
                    + (responses ? "/responses" : "/chat/completions")
                    + " (it answered "
                    + status
                    + ")")
            .help(
                guess(), responses ? "stigmer config set llm.api chat" : "stigmer config explain"));
  }

  /** Most base URLs end in a version, and the commonest mistake is to leave it out. */
  private String guess() {
    String base = endpoint.base();
    return base.matches(".*/v\\d+(/.*)?")
        ? "is it the right server? stigmer doctor"
        : "stigmer config set llm.base_url " + base + "/v1";
  }

  private String shown(String text) {
    String safe = endpoint.key().map(key -> text.replace(key.reveal(), "[redacted]")).orElse(text);
    String line = oneLine(safe, MAX_TEXT);
    return line.isEmpty() ? "(no text)" : line;
  }

  private static String oneLine(String text, int most) {
    String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return line.length() <= most ? line : line.substring(0, most) + "…";
  }

  private static ModelFailure failure(int status, Kind kind, Problem problem) {
    return ModelFailure.of(OpenAiProvider.ID, status, kind, problem);
  }
}

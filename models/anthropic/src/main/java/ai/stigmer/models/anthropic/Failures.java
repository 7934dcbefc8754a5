package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelFailure.Kind;
import java.io.EOFException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Puts what went wrong into words: one message, and the next command to type first. */
final class Failures {
  private static final int MAX_TEXT = 300;
  private static final Pattern TOO_LONG =
      Pattern.compile("prompt is too long|exceeds? .{0,40}context|context (window|length|limit)");
  private static final Pattern OUT_OF_MONEY =
      Pattern.compile("usage limits?\\b|credit balance|spend(ing)? limit|billing");

  private static final int LONGEST_ID = 100;

  private final Endpoint endpoint;
  private final String model;

  Failures(Endpoint endpoint, String model) {
    this.endpoint = endpoint;
    this.model = model;
  }

  /** A failure of the connection, told apart by whether an answer had begun. */
  ModelFailure connection(Throwable cause, Optional<String> begun) {
    if (begun.isPresent()) {
      return broken("the connection to " + endpoint.base() + " broke within the answer", begun);
    }
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof SSLException) {
        return untrusted(at);
      }
      if (isUnreachable(at)) {
        return unreachable();
      }
    }
    return broken("the connection to " + endpoint.base() + " broke before an answer", begun);
  }

  private static boolean isUnreachable(Throwable cause) {
    return cause instanceof java.net.ConnectException
        || cause instanceof java.net.UnknownHostException
        || cause instanceof java.net.NoRouteToHostException
        || (cause instanceof java.net.SocketTimeoutException
            && String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT).contains("connect"));
  }

  ModelFailure unreachable() {
    return failure(
        0,
        Kind.UNREACHABLE,
        Optional.empty(),
        problem("E201", Category.PROVIDER, "Anthropic cannot be reached at " + endpoint.base())
            .help(
                "curl -I " + endpoint.base(),
                "another address? stigmer config set llm.provider anthropic, then llm.base_url URL",
                "proxies of the environment are not used; without a network: --provider ollama"));
  }

  /** A handshake that was merely dropped may succeed later; a certificate stays what it is. */
  private ModelFailure untrusted(Throwable cause) {
    return failure(
        0,
        cause.getCause() instanceof EOFException ? Kind.UNREACHABLE : Kind.UNAVAILABLE,
        Optional.empty(),
        problem(
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
  ModelFailure broken(String what, Optional<String> requestId) {
    return failure(
        0,
        Kind.STREAM_BROKEN,
        requestId,
        problem("E216", Category.PROVIDER, what)
            .help("try again: stigmer resume last", "https://status.claude.com"));
  }

  ModelFailure noAnswer(Duration limit) {
    return timeout("Anthropic at " + endpoint.base() + " sent nothing within " + words(limit));
  }

  ModelFailure silence(Duration limit) {
    return timeout("Anthropic at " + endpoint.base() + " fell silent for " + words(limit));
  }

  private ModelFailure timeout(String what) {
    return failure(
        0,
        Kind.TIMEOUT,
        Optional.empty(),
        problem("E203", Category.PROVIDER, what)
            .help("try again: stigmer resume last", "https://status.claude.com"));
  }

  private static String words(Duration limit) {
    return limit.toMillis() < 1000 ? limit.toMillis() + " ms" : limit.toSeconds() + " s";
  }

  /** An answer that Anthropic would not give, or that is larger than any. */
  ModelFailure unusable(int status, String what, Optional<String> requestId) {
    return failure(
        status,
        Kind.BAD_RESPONSE,
        requestId,
        problem("E204", Category.PROVIDER, what)
            .help("stigmer config explain", "the vendor's own address is " + Endpoint.VENDOR));
  }

  /** A request that cannot be put into words for the API. */
  ModelFailure unsayable(@Nullable String why) {
    return failure(
        0,
        Kind.BAD_REQUEST,
        Optional.empty(),
        problem(
                "E215",
                Category.PROVIDER,
                "the request cannot be written as JSON: " + shown(String.valueOf(why)))
            .help("stigmer doctor"));
  }

  /** A refusal by the API. */
  ModelFailure refused(Refusal refusal) {
    Kind kind = kind(refusal);
    return new ModelFailure(
        AnthropicProvider.ID,
        refusal.status(),
        hinted(kind, refusal.hints().retry()),
        refusal.requestId(),
        refusal.hints().after(),
        problem(kind, refusal));
  }

  /** The server's own word on whether another try makes sense counts more than the status. */
  private static Kind hinted(Kind kind, Optional<Boolean> retry) {
    if (retry.isEmpty() || retry.get() == kind.retryable()) {
      return kind;
    }
    return switch (kind) {
      case BAD_REQUEST, BAD_RESPONSE -> Kind.SERVER_ERROR;
      case UNREACHABLE, TIMEOUT, STREAM_BROKEN, RATE_LIMITED, OVERLOADED, SERVER_ERROR ->
          Kind.UNAVAILABLE;
      case UNAVAILABLE, MODEL_MISSING, MODEL_UNFIT, CONTEXT_OVERFLOW, CREDENTIALS -> kind;
    };
  }

  private static Kind kind(Refusal refusal) {
    int status = refusal.effectiveStatus();
    String words = refusal.text().toLowerCase(Locale.ROOT);
    if (isOutOfMoney(refusal)) {
      return Kind.CREDENTIALS;
    }
    if ((status == 400 || status == 422) && TOO_LONG.matcher(words).find()) {
      return Kind.CONTEXT_OVERFLOW;
    }
    return switch (status) {
      case 401, 403 -> Kind.CREDENTIALS;
      case 404 ->
          refusal.type().equals("not_found_error") && words.contains("model")
              ? Kind.MODEL_MISSING
              : Kind.BAD_RESPONSE;
      case 408, 504 -> Kind.TIMEOUT;
      case 409 -> Kind.SERVER_ERROR;
      case 413 -> Kind.CONTEXT_OVERFLOW;
      case 429 -> Kind.RATE_LIMITED;
      case 503, 529 -> Kind.OVERLOADED;
      default ->
          status >= 499 ? Kind.SERVER_ERROR : status >= 400 ? Kind.BAD_REQUEST : Kind.BAD_RESPONSE;
    };
  }

  private static boolean isOutOfMoney(Refusal refusal) {
    int status = refusal.effectiveStatus();
    boolean spent =
        refusal.errorCode().filter(code -> code.endsWith("spend_limit_reached")).isPresent();
    boolean said =
        (status == 400 || status == 403 || status == 429)
            && OUT_OF_MONEY.matcher(refusal.text().toLowerCase(Locale.ROOT)).find();
    return status == 402 || spent || said;
  }

  private Problem problem(Kind kind, Refusal refusal) {
    String said =
        endpoint.base()
            + (refusal.status() == 200 ? " failed: " : " answered " + refusal.status() + ": ")
            + shown(refusal.text());
    Problem problem =
        switch (kind) {
          case CREDENTIALS -> isOutOfMoney(refusal) ? unpaid(said) : credentials(refusal);
          case MODEL_MISSING -> missing();
          case CONTEXT_OVERFLOW -> tooLong(refusal);
          case RATE_LIMITED ->
              problem("E206", Category.PROVIDER, "Anthropic's rate limit is reached: " + said)
                  .help(
                      "wait, then: stigmer resume last",
                      "https://platform.claude.com/settings/limits");
          case OVERLOADED ->
              problem("E207", Category.PROVIDER, "Anthropic is overloaded: " + said)
                  .help("wait, then: stigmer resume last", "https://status.claude.com");
          case TIMEOUT ->
              problem("E203", Category.PROVIDER, "Anthropic at " + said)
                  .help("try again: stigmer resume last", "https://status.claude.com");
          case BAD_REQUEST ->
              problem("E215", Category.PROVIDER, "Anthropic at " + said)
                  .help("stigmer doctor", "stigmer config explain");
          case UNREACHABLE, UNAVAILABLE, STREAM_BROKEN, SERVER_ERROR, MODEL_UNFIT, BAD_RESPONSE ->
              problem("E204", Category.PROVIDER, "Anthropic at " + said)
                  .help("try again: stigmer resume last", "stigmer doctor");
        };
    return refusal.requestId().map(id -> withRequest(problem, id)).orElse(problem);
  }

  private Problem unpaid(String said) {
    return problem("E205", Category.PROVIDER, "Anthropic will not bill this account: " + said)
        .help(
            "https://platform.claude.com/settings/billing",
            "or stay on this machine: --provider ollama");
  }

  private Problem withRequest(Problem problem, String id) {
    List<String> from = new ArrayList<>(problem.from());
    String safe = oneLine(endpoint.redacted(id));
    from.add("request " + safe.substring(0, Math.min(safe.length(), LONGEST_ID)));
    return problem.from(from.toArray(String[]::new));
  }

  private Problem credentials(Refusal refusal) {
    String message =
        "Anthropic at "
            + endpoint.base()
            + " refused the request ("
            + refusal.effectiveStatus()
            + "): "
            + shown(refusal.text());
    return problem("E110", Category.CREDENTIALS, message)
        .help(
            "stigmer config explain",
            endpoint.key().isPresent()
                ? "the key that was sent is not accepted there, or may not use this model"
                : "no key was sent; set ANTHROPIC_API_KEY");
  }

  Problem missing() {
    return problem("E202", Category.MODEL, "Anthropic has no model " + model)
        .help("stigmer config explain", "another model: --model claude-sonnet-5-5");
  }

  Problem retired(String since) {
    String when = since.isEmpty() ? "" : " on " + oneLine(since);
    return problem("E202", Category.MODEL, "Anthropic has retired " + model + when)
        .help("--model claude-sonnet-5-5", "stigmer config set llm.model claude-sonnet-5-5");
  }

  private Problem tooLong(Refusal refusal) {
    return problem(
            "E302",
            Category.MODEL,
            "the conversation does not fit into the context of "
                + model
                + ": "
                + shown(refusal.text()))
        .help("start a new run with a smaller task", "or use a model with a larger context");
  }

  private Problem problem(String code, Category category, String message) {
    return Problem.of(code, category, message)
        .from("anthropic/" + model + " at " + endpoint.base());
  }

  private String shown(String text) {
    String line = oneLine(endpoint.redacted(text));
    if (line.isEmpty()) {
      return "(no text)";
    }
    return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT) + "…";
  }

  private static String oneLine(String text) {
    return text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
  }

  private static ModelFailure failure(
      int status, Kind kind, Optional<String> requestId, Problem problem) {
    return new ModelFailure(
        AnthropicProvider.ID, status, kind, requestId, Optional.empty(), problem);
  }
}

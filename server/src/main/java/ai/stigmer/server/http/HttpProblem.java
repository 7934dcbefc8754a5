package ai.stigmer.server.http;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.server.rpc.Errors;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.grpc.Status;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a caller over HTTP is told of a failure, as RFC 9457 has it. Paths below {@code /v1/} answer
 * in OpenAI's shape, because that is what their clients read.
 *
 * @param code for example {@code E560}
 * @param detail what is wrong and what to do, without the code
 * @param problem the same for programs that show it as the command line does
 */
public record HttpProblem(
    HttpStatus status, String code, String detail, Optional<Problem> problem) {
  private static final Pattern CODED = Pattern.compile("(E\\d{3}): (.*)", Pattern.DOTALL);
  private static final Pattern FIELD = Pattern.compile("([a-z_]+[a-z_.\\[\\]0-9]*): ");
  private static final MediaType PROBLEM = MediaType.create("application", "problem+json");
  private static final String UNREADABLE = "the body or a parameter cannot be read as the request";
  private static final int LONGEST = 2_000;

  public HttpProblem {
    requireNonNull(status, "status is null");
    requireNonNull(code, "code is null");
    requireNonNull(detail, "detail is null");
    requireNonNull(problem, "problem is null");
    if (detail.length() > LONGEST) {
      detail = detail.substring(0, LONGEST) + "…";
    }
  }

  /** A failure that only the server has words for. */
  public HttpProblem(HttpStatus status, String code, String detail) {
    this(status, code, detail, Optional.empty());
  }

  /** What a status alone tells. */
  static HttpProblem of(HttpStatus status) {
    return switch (status.code()) {
      case 404 ->
          new HttpProblem(status, "E570", "there is no such path; GET /openapi.json lists all");
      case 400 -> new HttpProblem(status, "E561", UNREADABLE);
      case 405 -> new HttpProblem(status, "E571", "this path takes other verbs; Allow names them");
      case 413 -> new HttpProblem(status, "E572", "the request is too large");
      case 415 ->
          new HttpProblem(
              status, "E571", "the body must be JSON; send content-type: application/json");
      case 500 -> new HttpProblem(status, "E900", "a bug of stigmer; the server's log tells more");
      default -> new HttpProblem(status, "E571", status.reasonPhrase());
    };
  }

  /** The same failure as a gRPC status tells it. */
  public static HttpProblem of(Status status) {
    String words = status.getDescription() == null ? "" : status.getDescription();
    HttpStatus http = http(status.getCode());
    Matcher coded = CODED.matcher(words);
    if (coded.matches()) {
      return new HttpProblem(http, coded.group(1), coded.group(2));
    }
    return switch (status.getCode()) {
      case INTERNAL, UNKNOWN, DATA_LOSS ->
          new HttpProblem(http, "E900", "a bug of stigmer; the server's log tells more");
      case INVALID_ARGUMENT -> new HttpProblem(http, "E561", UNREADABLE);
      case RESOURCE_EXHAUSTED -> new HttpProblem(http, "E572", "the request is too large");
      default -> new HttpProblem(http, "E571", http.reasonPhrase());
    };
  }

  private static HttpStatus http(Status.Code code) {
    return switch (code) {
      case OK -> HttpStatus.OK;
      case INVALID_ARGUMENT, OUT_OF_RANGE -> HttpStatus.BAD_REQUEST;
      case UNAUTHENTICATED -> HttpStatus.UNAUTHORIZED;
      case PERMISSION_DENIED -> HttpStatus.FORBIDDEN;
      case NOT_FOUND -> HttpStatus.NOT_FOUND;
      case ALREADY_EXISTS, ABORTED -> HttpStatus.CONFLICT;
      case FAILED_PRECONDITION -> HttpStatus.UNPROCESSABLE_ENTITY;
      case RESOURCE_EXHAUSTED -> HttpStatus.TOO_MANY_REQUESTS;
      case CANCELLED -> HttpStatus.CLIENT_CLOSED_REQUEST;
      case UNIMPLEMENTED -> HttpStatus.NOT_IMPLEMENTED;
      case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
      case DEADLINE_EXCEEDED -> HttpStatus.GATEWAY_TIMEOUT;
      case INTERNAL, UNKNOWN, DATA_LOSS -> HttpStatus.INTERNAL_SERVER_ERROR;
    };
  }

  /** The failure of a service. */
  static HttpProblem of(ProblemException e) {
    HttpProblem told = of(Errors.status(e.problem()).getStatus());
    return new HttpProblem(told.status, told.code, told.detail, Optional.of(e.problem()));
  }

  /** As the callers of that path read it. */
  public AggregatedHttpResponse answer(String path) {
    boolean isOpenAi = path.equals("/v1") || path.startsWith("/v1/");
    var headers =
        ResponseHeaders.builder(status)
            .contentType(isOpenAi ? MediaType.JSON_UTF_8 : PROBLEM)
            .add(HttpHeaderNames.CACHE_CONTROL, "no-store");
    if (status.equals(HttpStatus.TOO_MANY_REQUESTS)) {
      headers.add(HttpHeaderNames.RETRY_AFTER, "1");
    }
    return AggregatedHttpResponse.of(
        headers.build(), HttpData.ofUtf8((isOpenAi ? openAi() : json()) + "\n"));
  }

  /** Where it came from is not told: that may be a place on the server. */
  private ObjectNode json() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("type", "about:blank")
            .put("title", status.reasonPhrase())
            .put("status", status.code())
            .put("code", code)
            .put("detail", detail);
    problem.ifPresent(
        one -> {
          json.put("category", one.category().name()).put("message", one.message());
          var help = json.putArray("help");
          one.help().forEach(help::add);
        });
    return json;
  }

  /** The error object of OpenAI's API. */
  public ObjectNode openAi() {
    ObjectNode whole = JsonNodeFactory.instance.objectNode();
    whole
        .putObject("error")
        .put("message", detail)
        .put("type", openAiType())
        .put("param", param())
        .put("code", code);
    return whole;
  }

  /** The field that is wrong; null when it is no field. */
  private @Nullable String param() {
    Matcher field = FIELD.matcher(detail);
    return status.equals(HttpStatus.BAD_REQUEST) && field.lookingAt() ? field.group(1) : null;
  }

  private String openAiType() {
    return switch (status.code()) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 429 -> "rate_limit_error";
      default -> status.isServerError() ? "server_error" : "invalid_request_error";
    };
  }
}

package ai.stigmer.models.openai;

import com.openai.core.http.Headers;
import com.openai.core.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An answer that is none.
 *
 * @param status the HTTP status; 200 for an error within a stream
 * @param requestId the server's id of the request, where it gave one
 * @param retryAfter how long the server asks to wait
 * @param shouldRetry what {@code x-should-retry} says, where it is there
 */
record Refusal(
    int status,
    ErrorBody error,
    Optional<String> requestId,
    Optional<Duration> retryAfter,
    Optional<Boolean> shouldRetry) {
  private static final int MAX_BODY = 64 * 1024;

  /** Reads a response that is no success. */
  static Refusal of(HttpResponse response) throws IOException {
    try (InputStream body = response.body()) {
      return of(response, ErrorBody.of(body.readNBytes(MAX_BODY)));
    }
  }

  /** An error that came with this response. */
  static Refusal of(HttpResponse response, ErrorBody error) {
    Headers headers = response.headers();
    return new Refusal(
        response.statusCode(),
        error,
        header(headers, "x-request-id").or(() -> header(headers, "apim-request-id")),
        RetryAfter.of(
            header(headers, "retry-after-ms"), header(headers, "retry-after"), Instant.now()),
        header(headers, "x-should-retry").map(Boolean::parseBoolean));
  }

  private static Optional<String> header(Headers headers, String name) {
    return headers.values(name).stream().filter(value -> !value.isBlank()).findFirst();
  }
}

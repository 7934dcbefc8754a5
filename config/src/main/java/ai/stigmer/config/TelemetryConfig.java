package ai.stigmer.config;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.model.Secret;
import java.util.Optional;

/**
 * Where traces of runs are sent, as the cascade says it.
 *
 * @param endpoint the whole URL, as somebody wrote it; empty sends nothing
 * @param headers {@code NAME=VALUE}, separated by commas, values percent-encoded
 * @param protocol the name of OTLP's encoding and transport
 * @param service the name under which traces are shown
 * @param content whether what users, models and tools said goes along
 */
public record TelemetryConfig(
    Optional<String> endpoint,
    Optional<Secret> headers,
    String protocol,
    String service,
    Content content) {

  /** Whether what was said is part of a trace. */
  public enum Content {
    SENT,
    LEFT_OUT
  }

  public TelemetryConfig {
    requireNonNull(endpoint, "endpoint is null");
    requireNonNull(headers, "headers is null");
    requireNonNull(protocol, "protocol is null");
    requireNonNull(service, "service is null");
    requireNonNull(content, "content is null");
  }

  /** The address of traces behind the one of all signals. */
  static String traces(String endpoint) {
    return (endpoint.endsWith("/") ? endpoint : endpoint + "/") + "v1/traces";
  }
}

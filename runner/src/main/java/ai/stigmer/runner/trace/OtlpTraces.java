package ai.stigmer.runner.trace;

import ai.stigmer.config.TelemetryConfig;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.Secret;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sends spans of runs to a collector by OTLP over HTTP, from a thread of its own. At most 2,048
 * spans wait; what is more than that is dropped, so that no run ever waits for a collector.
 *
 * <p>Thread contract: thread-safe.
 */
final class OtlpTraces implements RunObserver {
  private static final String HTTP = "http/protobuf";
  private static final long FLUSH_SECONDS = 3;

  /**
   * The exporter's own words name addresses; held, because the log manager forgets it otherwise.
   */
  private static final Logger SDK = Logger.getLogger("io.opentelemetry");

  private final SdkTracerProvider provider;
  private final TroubledExporter exporter;
  private final Tracer tracer;
  private final TelemetryConfig.Content content;

  private OtlpTraces(
      SdkTracerProvider provider, TroubledExporter exporter, TelemetryConfig.Content content) {
    this.exporter = exporter;
    this.provider = provider;
    this.tracer = provider.get("stigmer");
    this.content = content;
  }

  /** The observer that sends, or the one that does nothing after saying why. */
  static RunObserver open(TelemetryConfig configuration, Consumer<Problem> trouble) {
    String endpoint = configuration.endpoint().orElseThrow();
    if (!configuration.protocol().equals(HTTP)) {
      trouble.accept(
          wrong("telemetry.protocol is " + configuration.protocol(), "set it to " + HTTP));
      return RunObserver.NONE;
    }
    if (!isUrl(endpoint)) {
      trouble.accept(
          wrong("the endpoint is not an http or https URL", "for example http://localhost:4318"));
      return RunObserver.NONE;
    }
    SDK.setLevel(Level.OFF);
    var exporter =
        new TroubledExporter(exporter(endpoint, configuration), shown(endpoint), trouble);
    return new OtlpTraces(
        SdkTracerProvider.builder()
            .setResource(resource(configuration.service()))
            .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
            .build(),
        exporter,
        configuration.content());
  }

  private static SpanExporter exporter(String endpoint, TelemetryConfig configuration) {
    var builder = OtlpHttpSpanExporter.builder().setEndpoint(endpoint);
    configuration
        .headers()
        .map(Secret::reveal)
        .map(TraceHeaders::of)
        .orElse(Map.of())
        .forEach(builder::addHeader);
    return builder.build();
  }

  private static Resource resource(String service) {
    String version = OtlpTraces.class.getPackage().getImplementationVersion();
    return Resource.create(
        Attributes.of(
            AttributeKey.stringKey("service.name"),
            service,
            AttributeKey.stringKey("service.version"),
            version == null ? "development" : version));
  }

  private static boolean isUrl(String endpoint) {
    try {
      URI url = URI.create(endpoint);
      return url.getHost() != null
          && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Without what may be secret in it. */
  private static String shown(String endpoint) {
    URI url = URI.create(endpoint);
    return url.getScheme()
        + "://"
        + url.getHost()
        + (url.getPort() < 0 ? "" : ":" + url.getPort())
        + url.getPath();
  }

  private static Problem wrong(String what, String help) {
    return Problem.of(
            "E142", Problem.Category.CONFIGURATION, "traces of runs are not sent: " + what)
        .help(help, "stigmer config explain");
  }

  @Override
  public Observation begin(ObservedRun run) {
    return new RunSpans(tracer, content, run);
  }

  @Override
  public void close() {
    if (!provider.shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS).isDone()) {
      exporter.failed(null);
    }
  }
}

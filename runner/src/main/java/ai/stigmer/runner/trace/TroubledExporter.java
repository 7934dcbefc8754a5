package ai.stigmer.runner.trace;

import ai.stigmer.graphton.error.Problem;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An exporter that says once that its spans do not get through, and again only after they did.
 *
 * <p>Thread contract: thread-safe.
 */
final class TroubledExporter implements SpanExporter {
  private final SpanExporter exporter;
  private final String endpoint;
  private final Consumer<Problem> trouble;
  private final AtomicBoolean told = new AtomicBoolean();

  TroubledExporter(SpanExporter exporter, String endpoint, Consumer<Problem> trouble) {
    this.exporter = exporter;
    this.endpoint = endpoint;
    this.trouble = trouble;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    CompletableResultCode result = exporter.export(spans);
    return result.whenComplete(
        () -> {
          if (result.isSuccess()) {
            told.set(false);
          } else {
            failed(result.getFailureThrowable());
          }
        });
  }

  /**
   * Spans did not get through.
   *
   * @param why null when it is not known
   */
  void failed(@Nullable Throwable why) {
    if (told.compareAndSet(false, true)) {
      trouble.accept(lost(why));
    }
  }

  private Problem lost(@Nullable Throwable why) {
    Problem lost =
        Problem.of("E143", Problem.Category.RUN, "traces of runs do not reach their collector");
    return (why == null ? lost.from(endpoint) : lost.from(endpoint, inWords(why)))
        .help(
            "check that it listens there for OTLP over HTTP, and what telemetry.headers says",
            "the run itself is not concerned");
  }

  private static String inWords(Throwable why) {
    Throwable first = why;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    String message = first.getMessage() == null ? "" : first.getMessage();
    return message.lines().findFirst().orElse(first.getClass().getSimpleName());
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}

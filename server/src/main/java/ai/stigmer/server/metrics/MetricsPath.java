package ai.stigmer.server.metrics;

import static java.util.Objects.requireNonNull;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.concurrent.CompletableFuture;

/** Everything that is counted, as Prometheus reads it. */
public final class MetricsPath implements HttpService {
  /** Version 0.0.4 of the text format, which every Prometheus takes. */
  public static final MediaType TYPE = MediaType.parse("text/plain; version=0.0.4; charset=utf-8");

  private final RunMetrics metrics;

  public MetricsPath(RunMetrics metrics) {
    this.metrics = requireNonNull(metrics, "metrics is null");
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) {
    return HttpResponse.of(
        CompletableFuture.supplyAsync(
            () -> HttpResponse.of(HttpStatus.OK, TYPE, metrics.scrape()),
            ctx.blockingTaskExecutor()));
  }
}

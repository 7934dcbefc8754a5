package ai.stigmer.server.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * For who only wants to know whether to restart the server or to send it work, as Kubernetes does,
 * and has no token. They tell one word, whatever is wrong.
 */
public final class Probes {
  /** The process answers. */
  public static final String LIVE = "/livez";

  /** It can take work. */
  public static final String READY = "/readyz";

  private Probes() {}

  public static HttpService live() {
    return (ctx, request) -> word(true);
  }

  public static HttpService ready(BooleanSupplier isReady) {
    return (ctx, request) ->
        HttpResponse.of(
            CompletableFuture.supplyAsync(
                () -> word(isReady.getAsBoolean()), ctx.blockingTaskExecutor()));
  }

  private static HttpResponse word(boolean isWell) {
    return HttpResponse.of(
        ResponseHeaders.builder(isWell ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
            .contentType(MediaType.PLAIN_TEXT_UTF_8)
            .add(HttpHeaderNames.CACHE_CONTROL, "no-store")
            .build(),
        HttpData.ofUtf8(isWell ? "ok\n" : "not ready\n"));
  }
}

package ai.stigmer.server.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

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
    return (ctx, request) -> word(HttpStatus.OK, "ok");
  }

  /**
   * @param status as {@link Ready#status} has it
   */
  public static HttpService ready(Supplier<String> status) {
    return (ctx, request) ->
        HttpResponse.of(
            CompletableFuture.supplyAsync(() -> told(status.get()), ctx.blockingTaskExecutor()));
  }

  private static HttpResponse told(String status) {
    return switch (status) {
      case "ready" -> word(HttpStatus.OK, "ok");
      case Ready.UNREADY -> word(HttpStatus.SERVICE_UNAVAILABLE, "not ready");
      default -> word(HttpStatus.OK, status);
    };
  }

  private static HttpResponse word(HttpStatus status, String word) {
    return HttpResponse.of(
        ResponseHeaders.builder(status)
            .contentType(MediaType.PLAIN_TEXT_UTF_8)
            .add(HttpHeaderNames.CACHE_CONTROL, "no-store")
            .build(),
        HttpData.ofUtf8(word + "\n"));
  }
}

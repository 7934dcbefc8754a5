package ai.stigmer.models.anthropic;

import com.anthropic.core.RequestOptions;
import com.anthropic.core.http.Headers;
import com.anthropic.core.http.HttpClient;
import com.anthropic.core.http.HttpRequest;
import com.anthropic.core.http.HttpRequestBody;
import com.anthropic.core.http.HttpResponse;
import com.anthropic.errors.AnthropicIoException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * The SDK's way to the network: OkHttp, as in the SDK's own client, but each call in the {@link
 * Exchange} of its caller, which the SDK's client does not let a caller end. HTTP/1.1 only, so that
 * ending a call closes its connection. No proxy, no redirect, no retry: a key goes where the
 * settings say and nowhere else.
 *
 * <p>Thread contract: thread-safe.
 */
final class Transport implements HttpClient {
  private static final ScopedValue<Exchange> EXCHANGE = ScopedValue.newInstance();
  private static final long MAX_ERROR_BODY = 64 * 1024;

  private final OkHttpClient shared =
      new OkHttpClient.Builder()
          .protocols(List.of(Protocol.HTTP_1_1))
          .proxy(Proxy.NO_PROXY)
          .followRedirects(false)
          .followSslRedirects(false)
          .retryOnConnectionFailure(true)
          .readTimeout(Duration.ZERO)
          .writeTimeout(Duration.ZERO)
          .callTimeout(Duration.ZERO)
          // One object for all calls: connections of different ones are not shared.
          .dns(host -> EXCHANGE.get().lookUp(host))
          .build();

  OkHttpClient shared() {
    return shared;
  }

  /** Does something whose requests belong to an exchange. */
  static <T> T within(Exchange exchange, ScopedValue.CallableOp<T, RuntimeException> work) {
    return ScopedValue.where(EXCHANGE, exchange).call(work);
  }

  @Override
  public HttpResponse execute(HttpRequest request, RequestOptions options) {
    Exchange exchange = EXCHANGE.get();
    try {
      return new Answer(exchange, exchange.send(converted(request)));
    } catch (IOException e) {
      throw new AnthropicIoException("the request failed", e);
    } catch (IllegalArgumentException e) {
      // A host whose name no resolver would take.
      throw new AnthropicIoException(
          "the request failed", new UnknownHostException(String.valueOf(e.getMessage())));
    }
  }

  @Override
  public HttpResponse execute(HttpRequest request) {
    return execute(request, RequestOptions.none());
  }

  @Override
  public CompletableFuture<HttpResponse> executeAsync(HttpRequest request, RequestOptions options) {
    throw new UnsupportedOperationException("calls block");
  }

  @Override
  public CompletableFuture<HttpResponse> executeAsync(HttpRequest request) {
    return executeAsync(request, RequestOptions.none());
  }

  @Override
  public void close() {
    shared.connectionPool().evictAll();
  }

  private static Request converted(HttpRequest request) {
    RequestBody body = request.body().map(Transport::converted).orElse(null);
    Request.Builder converted =
        new Request.Builder().url(request.url()).method(request.method().name(), body);
    for (String name : request.headers().names()) {
      request.headers().values(name).forEach(value -> converted.addHeader(name, value));
    }
    // A compressed stream would arrive in lumps.
    return converted.header("Accept-Encoding", "identity").build();
  }

  private static RequestBody converted(HttpRequestBody body) {
    return new RequestBody() {
      @Override
      public okhttp3.@Nullable MediaType contentType() {
        return okhttp3.MediaType.parse("application/json");
      }

      @Override
      public long contentLength() {
        return body.contentLength();
      }

      // What may have been read by the server is not sent again.
      @Override
      public boolean isOneShot() {
        return true;
      }

      @Override
      public void writeTo(BufferedSink sink) {
        body.writeTo(sink.outputStream());
      }
    };
  }

  /** An answer in the SDK's form. Of a refusal only the first 64 KiB are read. */
  private record Answer(Exchange exchange, Response response) implements HttpResponse {

    @Override
    public int statusCode() {
      return response.code();
    }

    @Override
    public Headers headers() {
      Headers.Builder headers = Headers.builder();
      response.headers().forEach(pair -> headers.put(pair.getFirst(), pair.getSecond()));
      return headers.build();
    }

    @Override
    public InputStream body() {
      ResponseBody body = response.body();
      if (body == null) {
        return InputStream.nullInputStream();
      }
      InputStream watched = exchange.watched(body.byteStream());
      return response.isSuccessful() ? watched : new HeadStream(watched, MAX_ERROR_BODY);
    }

    @Override
    public void close() {
      response.close();
    }
  }
}

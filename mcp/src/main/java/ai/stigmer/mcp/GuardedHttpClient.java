package ai.stigmer.mcp;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.mcp.McpServer.Connection.Http;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** The JDK's client behind {@link AddressRules}; follows no redirect. */
final class GuardedHttpClient extends HttpClient {
  private final HttpClient inner;
  private final Http server;

  private GuardedHttpClient(HttpClient inner, Http server) {
    this.inner = inner;
    this.server = server;
  }

  /** A builder for the SDK; what it decides about redirects does not count. */
  static HttpClient.Builder builder(Http server) {
    return new GuardedBuilder(
        HttpClient.newBuilder().version(Version.HTTP_1_1).followRedirects(Redirect.NEVER), server);
  }

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
      throws IOException, InterruptedException {
    AddressRules.check(server, request.uri());
    return inner.send(request, handler);
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler) {
    return sendAsync(request, handler, null);
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> push) {
    try {
      AddressRules.check(server, request.uri());
    } catch (IOException | ProblemException e) {
      return CompletableFuture.failedFuture(e);
    }
    return inner.sendAsync(request, handler, push);
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return inner.cookieHandler();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return inner.connectTimeout();
  }

  @Override
  public Redirect followRedirects() {
    return inner.followRedirects();
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return inner.proxy();
  }

  @Override
  public SSLContext sslContext() {
    return inner.sslContext();
  }

  @Override
  public SSLParameters sslParameters() {
    return inner.sslParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return inner.authenticator();
  }

  @Override
  public Version version() {
    return inner.version();
  }

  @Override
  public Optional<Executor> executor() {
    return inner.executor();
  }

  @Override
  public void close() {
    inner.shutdownNow();
  }

  private record GuardedBuilder(HttpClient.Builder inner, Http server)
      implements HttpClient.Builder {
    @Override
    public HttpClient.Builder cookieHandler(CookieHandler cookies) {
      inner.cookieHandler(cookies);
      return this;
    }

    @Override
    public HttpClient.Builder connectTimeout(Duration duration) {
      inner.connectTimeout(duration);
      return this;
    }

    @Override
    public HttpClient.Builder sslContext(SSLContext context) {
      inner.sslContext(context);
      return this;
    }

    @Override
    public HttpClient.Builder sslParameters(SSLParameters parameters) {
      inner.sslParameters(parameters);
      return this;
    }

    @Override
    public HttpClient.Builder executor(Executor executor) {
      inner.executor(executor);
      return this;
    }

    @Override
    public HttpClient.Builder followRedirects(Redirect policy) {
      return this;
    }

    @Override
    public HttpClient.Builder version(Version version) {
      inner.version(version);
      return this;
    }

    @Override
    public HttpClient.Builder priority(int priority) {
      inner.priority(priority);
      return this;
    }

    @Override
    public HttpClient.Builder proxy(ProxySelector selector) {
      inner.proxy(selector);
      return this;
    }

    @Override
    public HttpClient.Builder authenticator(Authenticator authenticator) {
      inner.authenticator(authenticator);
      return this;
    }

    @Override
    public HttpClient build() {
      return new GuardedHttpClient(inner.build(), server);
    }
  }
}

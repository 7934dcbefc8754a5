package ai.stigmer.models.openai;

import com.openai.core.RequestOptions;
import com.openai.core.http.Headers;
import com.openai.core.http.HttpClient;
import com.openai.core.http.HttpRequest;
import com.openai.core.http.HttpRequestBody;
import com.openai.core.http.HttpResponse;
import com.openai.errors.OpenAIIoException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import javax.net.SocketFactory;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.Dns;
import okhttp3.EventListener;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * The SDK's requests over connections of ours: HTTP/1.1 only, so that giving up an answer closes
 * its connection; no proxy, no redirect and no second sending, so that the key goes nowhere but to
 * the endpoint; every step breakable by the exchange that is under way.
 *
 * <p>The key is put in here and known to no other part of the SDK. Thread contract: thread-safe.
 */
final class Transport implements HttpClient {

  /** The exchange that a request of the present thread belongs to. */
  static final ScopedValue<Exchange> EXCHANGE = ScopedValue.newInstance();

  private final OkHttpClient http;
  private final Endpoint endpoint;

  Transport(ConnectionPool connections, Endpoint endpoint, Duration connect) {
    this.endpoint = endpoint;
    http =
        new OkHttpClient.Builder()
            .connectionPool(connections)
            .protocols(List.of(Protocol.HTTP_1_1))
            .proxy(Proxy.NO_PROXY)
            .socketFactory(new PlainSockets())
            .followRedirects(false)
            .followSslRedirects(false)
            .dns(Transport::addresses)
            .eventListenerFactory(Transport::listener)
            .connectTimeout(connect)
            .readTimeout(Duration.ZERO)
            .writeTimeout(Duration.ZERO)
            .build();
  }

  @Override
  public HttpResponse execute(HttpRequest request, RequestOptions options) {
    Exchange exchange = EXCHANGE.get();
    Call call = http.newCall(request(request, exchange));
    try {
      exchange.breakableBy(call::cancel);
      HttpResponse answer = new Received(call.execute(), exchange);
      if (answer.statusCode() / 100 == 2) {
        return answer;
      }
      throw new RefusedException(Refusal.of(answer));
    } catch (IOException e) {
      throw new OpenAIIoException("no answer", e);
    }
  }

  private Request request(HttpRequest from, Exchange exchange) {
    Request.Builder to = new Request.Builder().url(from.url()).tag(Exchange.class, exchange);
    from.headers()
        .asMap()
        .forEach((name, values) -> values.forEach(value -> to.addHeader(name, value)));
    endpoint.keyValue().ifPresent(value -> to.header(endpoint.keyHeader(), value));
    // A compressed stream may be held back until a block of it is full.
    to.header("Accept-Encoding", "identity");
    HttpRequestBody body = from.body();
    return to.method(from.method().name(), body == null ? null : new Body(body)).build();
  }

  /** Looking a name up cannot be interrupted, so it is done elsewhere and given up here. */
  private static List<InetAddress> addresses(String host) throws UnknownHostException {
    FutureTask<List<InetAddress>> lookup = new FutureTask<>(() -> Dns.SYSTEM.lookup(host));
    Thread.ofVirtual().name("openai-lookup").start(lookup);
    try {
      EXCHANGE.get().breakableBy(() -> lookup.cancel(false));
      return lookup.get();
    } catch (ExecutionException | CancellationException | IOException e) {
      UnknownHostException unknown = new UnknownHostException(host);
      unknown.initCause(e);
      throw unknown;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnknownHostException(host);
    }
  }

  private static EventListener listener(Call call) {
    Exchange exchange = call.request().tag(Exchange.class);
    return exchange == null ? EventListener.NONE : new Steps(exchange, call);
  }

  /** Says so before the SDK does, which would read a body of any length and keep only its JSON. */
  static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    RefusedException(Refusal refusal) {
      super("refused with status " + refusal.status());
      this.refusal = refusal;
    }

    Refusal refusal() {
      return refusal;
    }
  }

  @Override
  public CompletableFuture<HttpResponse> executeAsync(HttpRequest request, RequestOptions options) {
    throw new UnsupportedOperationException("answers are read on the caller's thread");
  }

  /** The connections belong to the provider. */
  @Override
  public void close() {}

  /** Sockets that no system property leads elsewhere, and that an interrupt closes. */
  private static final class PlainSockets extends SocketFactory {
    @Override
    public Socket createSocket() throws IOException {
      return SocketChannel.open().socket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
      throw new IOException("sockets are connected later");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort)
        throws IOException {
      return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
      return createSocket(host.getHostName(), port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
        throws IOException {
      return createSocket(host.getHostName(), port);
    }
  }

  /** Tells the exchange how far the connection is. */
  private static final class Steps extends EventListener {
    private final Exchange exchange;
    private final Call call;

    Steps(Exchange exchange, Call call) {
      this.exchange = exchange;
      this.call = call;
    }

    @Override
    public void dnsStart(Call same, String name) {
      exchange.connecting();
    }

    @Override
    public void dnsEnd(Call same, String name, List<InetAddress> found) {
      try {
        exchange.breakableBy(call::cancel);
      } catch (IOException e) {
        // The call was cancelled by that.
      }
    }

    @Override
    public void connectStart(Call same, java.net.InetSocketAddress address, Proxy proxy) {
      exchange.connecting();
    }

    @Override
    public void secureConnectStart(Call same) {
      exchange.connecting();
    }

    @Override
    public void connectionAcquired(Call same, okhttp3.Connection connection) {
      exchange.connected();
    }
  }

  /** A request's body, sent once. */
  private static final class Body extends RequestBody {
    private static final @Nullable MediaType JSON = MediaType.parse("application/json");

    private final HttpRequestBody body;

    Body(HttpRequestBody body) {
      this.body = body;
    }

    @Override
    public @Nullable MediaType contentType() {
      return JSON;
    }

    @Override
    public long contentLength() {
      return body.contentLength();
    }

    @Override
    public boolean isOneShot() {
      return true;
    }

    @Override
    public void writeTo(BufferedSink sink) {
      body.writeTo(sink.outputStream());
    }
  }

  /** An answer whose body reports to the exchange. */
  private static final class Received implements HttpResponse {
    private final Response response;
    private final Exchange exchange;

    Received(Response response, Exchange exchange) {
      this.response = response;
      this.exchange = exchange;
    }

    @Override
    public int statusCode() {
      return response.code();
    }

    @Override
    public Headers headers() {
      Headers.Builder headers = Headers.builder();
      response.headers().forEach(header -> headers.put(header.getFirst(), header.getSecond()));
      return headers.build();
    }

    @Override
    public InputStream body() {
      InputStream bytes = java.util.Objects.requireNonNull(response.body()).byteStream();
      return new Watched(bytes, exchange);
    }

    @Override
    public void close() {
      response.close();
    }
  }

  /** A body's bytes; each piece moves the limit of the exchange. */
  private static final class Watched extends InputStream {
    private final InputStream from;
    private final Exchange exchange;

    Watched(InputStream from, Exchange exchange) {
      this.from = from;
      this.exchange = exchange;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = from.read(into, offset, length);
      exchange.received();
      if (exchange.stopped() != null) {
        throw new InterruptedIOException("ended by us");
      }
      return count;
    }

    @Override
    public void close() throws IOException {
      from.close();
    }
  }
}

package ai.stigmer.models.ollama;

import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * The HTTP clients of one provider, each made when it is first needed and shared by all models with
 * the same needs, so that a thousand runs share one pool of connections.
 *
 * <p>Thread contract: thread-safe.
 */
final class Connections implements AutoCloseable {
  private final Map<Key, HttpClient> clients = new ConcurrentHashMap<>();

  private final AtomicBoolean used = new AtomicBoolean();

  private record Key(Duration connectTimeout, boolean encrypted) {}

  /** True once, for the first who asks. */
  boolean isFirstUse() {
    return used.compareAndSet(false, true);
  }

  HttpClient client(Duration connectTimeout, boolean encrypted) {
    return clients.computeIfAbsent(new Key(connectTimeout, encrypted), Connections::open);
  }

  /**
   * Ends all connections. The threads that a client leaves would hold up the end of the process.
   */
  @Override
  public void close() {
    clients.values().forEach(HttpClient::shutdownNow);
  }

  /** HTTP/1.1 always: the upgrade that the JDK asks for otherwise makes some servers hang. */
  private static HttpClient open(Key key) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(key.connectTimeout())
            .executor(Executors.newVirtualThreadPerTaskExecutor());
    if (!key.encrypted()) {
      builder.sslContext(trustingNobody());
    }
    return builder.build();
  }

  /**
   * A context that no certificate satisfies. A client for plain HTTP never uses it, and reading the
   * JDK's certificates, which the default context does, takes a tenth of a second.
   */
  private static SSLContext trustingNobody() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[0], null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }
}

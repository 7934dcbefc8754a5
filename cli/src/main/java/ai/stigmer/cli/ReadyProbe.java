package ai.stigmer.cli;

import ai.stigmer.server.http.Ready;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/*
 * A server of this machine is asked under its address, for which certificates are seldom made. The probe takes any:
 * it brings no token, and all that it is told is one word.
 */
/** Asks a server of this machine whether it is ready. */
final class ReadyProbe {
  private static final int ANSWER_MILLIS = (int) Ready.LONGEST.plusSeconds(2).toMillis();
  private static final String PATH = "/readyz";

  private static final int LONGEST = 64;

  private ReadyProbe() {}

  /**
   * How a server is.
   *
   * @param status of HTTP
   * @param word {@code ok} or {@code degraded}, unless it is not ready
   */
  record Answer(int status, String word) {
    boolean isReady() {
      return status == HttpURLConnection.HTTP_OK;
    }

    /** Ready, and without something that it could use. */
    boolean isDegraded() {
      return isReady() && !word.equals("ok");
    }
  }

  /**
   * Its readiness.
   *
   * @throws IOException when there is no answer
   */
  static Answer ask(String url) throws IOException {
    var connection = (HttpURLConnection) URI.create(url + PATH).toURL().openConnection();
    if (connection instanceof HttpsURLConnection https) {
      https.setSSLSocketFactory(context().getSocketFactory());
      https.setHostnameVerifier((_, _) -> true);
    }
    connection.setConnectTimeout(ANSWER_MILLIS);
    connection.setReadTimeout(ANSWER_MILLIS);
    int status = connection.getResponseCode();
    if (status != HttpURLConnection.HTTP_OK) {
      return new Answer(status, "");
    }
    try (InputStream in = connection.getInputStream()) {
      return new Answer(status, new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8).strip());
    }
  }

  private static SSLContext context() throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anyone()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  /** Looks at no certificate. */
  private static final class Anyone extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}

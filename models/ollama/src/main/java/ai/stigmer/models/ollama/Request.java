package ai.stigmer.models.ollama;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** An HTTP/1.1 request, ready to be sent. */
final class Request {
  private final Endpoint endpoint;
  private final byte[] bytes;

  private Request(Endpoint endpoint, byte[] bytes) {
    this.endpoint = endpoint;
    this.bytes = bytes;
  }

  static Request get(Endpoint endpoint, String path) {
    return new Request(endpoint, head("GET", endpoint, path, "").getBytes(StandardCharsets.UTF_8));
  }

  static Request post(Endpoint endpoint, String path, byte[] json) {
    String about = "Content-Type: application/json\r\nContent-Length: " + json.length + "\r\n";
    String head = head("POST", endpoint, path, about);
    ByteArrayOutputStream all = new ByteArrayOutputStream(head.length() + json.length);
    all.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    all.writeBytes(json);
    return new Request(endpoint, all.toByteArray());
  }

  private static String head(String method, Endpoint endpoint, String path, String about) {
    String key =
        endpoint
            .key()
            .map(secret -> "Authorization: Bearer " + secret.reveal() + "\r\n")
            .orElse("");
    return method
        + " "
        + endpoint.path()
        + path
        + " HTTP/1.1\r\nHost: "
        + endpoint.authority()
        + "\r\nUser-Agent: stigmer\r\n"
        + key
        + about
        + "\r\n";
  }

  Endpoint endpoint() {
    return endpoint;
  }

  byte[] bytes() {
    return bytes;
  }
}

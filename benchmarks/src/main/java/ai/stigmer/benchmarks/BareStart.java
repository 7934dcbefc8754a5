package ai.stigmer.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** The floor of a cold start: a program that sends one JSON request and prints the answer. */
final class BareStart {
  private BareStart() {}

  static void main(String[] args) throws IOException, InterruptedException {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    String body =
        "{\"model\":\"bench\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"stream\":true}";
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(args[0] + "/api/chat"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    System.exit(0);
  }
}

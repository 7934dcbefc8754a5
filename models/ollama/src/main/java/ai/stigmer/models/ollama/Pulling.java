package ai.stigmer.models.ollama;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.model.LineReader;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Has the server get a model from its library. The server keeps what has arrived, so breaking off
 * costs nothing, and it goes on there when it is asked again.
 *
 * <p>Thread contract: for one thread.
 */
final class Pulling {
  /** The library must be asked, and a large file be hashed, before a word comes. */
  private static final Duration SILENCE = Duration.ofMinutes(10);

  private static final int MAX_ERROR_BODY = 64 * 1024;

  private final Connections connections;
  private final Endpoint endpoint;
  private final String model;
  private final Duration connect;
  private final Failures failures;
  private final Map<String, Part> parts = new HashMap<>();

  private record Part(long completed, long total) {}

  Pulling(Connections connections, Endpoint endpoint, String model, Duration connect) {
    this.connections = connections;
    this.endpoint = endpoint;
    this.model = model;
    this.connect = connect;
    failures = new Failures(endpoint, model);
  }

  PullEnd run(CancelToken cancel, Consumer<PullProgress> progress) {
    byte[] body =
        Json.NODES
            .objectNode()
            .put("model", model)
            .put("stream", true)
            .toString()
            .getBytes(StandardCharsets.UTF_8);
    Exchange.Patience patience = new Exchange.Patience(connect, SILENCE, SILENCE);
    Request request = endpoint.post("/api/pull", body);
    try (Exchange exchange = new Exchange(connections, request, patience, cancel)) {
      try {
        Answer answer = exchange.answer();
        if (answer.status() != 200) {
          String text = OllamaServer.errorText(exchange.readUpTo(MAX_ERROR_BODY));
          return new PullEnd.Failed(failures.refused(answer.status(), text, 0, List.of()));
        }
        return read(exchange, progress);
      } catch (IOException e) {
        return switch (exchange.stopped()) {
          case CANCELLED -> new PullEnd.Cancelled();
          case NO_ANSWER, SILENCE ->
              new PullEnd.Failed(failures.notPulled("nothing came for 10 min"));
          case null -> new PullEnd.Failed(failures.pullBroken(e));
        };
      }
    }
  }

  private PullEnd read(Exchange exchange, Consumer<PullProgress> progress) throws IOException {
    LineReader lines = new LineReader(exchange::read);
    for (byte[] bytes = lines.next(); bytes != null; bytes = lines.next()) {
      JsonNode line;
      try {
        line = Json.MAPPER.readTree(bytes);
      } catch (JsonProcessingException e) {
        return new PullEnd.Failed(failures.notPulled("the server's words are garbled"));
      }
      if (line.hasNonNull("error")) {
        return new PullEnd.Failed(failures.notPulled(OllamaServer.errorText(bytes)));
      }
      String status = line.path("status").asText("");
      if (status.equals("success")) {
        exchange.drain();
        return new PullEnd.Installed();
      }
      progress.accept(progress(status, line));
    }
    return new PullEnd.Failed(failures.notPulled("the server stopped before the end"));
  }

  private PullProgress progress(String status, JsonNode line) {
    String digest = line.path("digest").asText("");
    if (!digest.isEmpty()) {
      parts.put(
          digest,
          new Part(
              Math.max(0, line.path("completed").asLong()),
              Math.max(0, line.path("total").asLong())));
    }
    return new PullProgress(
        status,
        parts.values().stream().mapToLong(Part::completed).sum(),
        parts.values().stream().mapToLong(Part::total).sum());
  }
}

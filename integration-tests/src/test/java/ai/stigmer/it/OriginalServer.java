package ai.stigmer.it;

import static java.util.Objects.requireNonNull;

import ai.stigmer.testkit.RealComponents;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A Stigmer server as its runner sees it, in another language and with the vendors' own SDKs: the
 * contract over gRPC, and the workflow of executions.
 */
final class OriginalServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path out;
  private final Path err;
  private final Process process;
  private final BufferedWriter commands;

  /**
   * Starts it, or skips the test where it cannot be had, and says so; in CI the test fails instead.
   *
   * @param resources what it answers: service, method, id, message
   */
  OriginalServer(Path folder, String temporal, String resources, String... words) {
    Path python =
        Path.of(System.getenv().getOrDefault("STIGMER_ORIGINAL_SERVER", "none"), "bin", "python");
    RealComponents.require(
        "the SDKs of the program that plays a Stigmer server (bin/original-server DIR;"
            + " STIGMER_ORIGINAL_SERVER=DIR names the folder)",
        () -> Files.isExecutable(python));
    try {
      var line =
          new ArrayList<>(
              List.of(
                  python.toString(),
                  copied(folder, "/ai/stigmer/it/original/server.py").toString(),
                  copied(folder, "/ai/stigmer/api.protoset").toString(),
                  Files.writeString(folder.resolve("resources.json"), resources).toString(),
                  temporal));
      line.addAll(List.of(words));
      out = Files.createTempFile(folder, "server", ".out");
      err = Files.createTempFile(folder, "server", ".err");
      process =
          new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      commands = process.outputWriter(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path copied(Path folder, String resource) throws IOException {
    Path copy = folder.resolve(resource.substring(resource.lastIndexOf('/') + 1));
    try (InputStream in = requireNonNull(OriginalServer.class.getResourceAsStream(resource))) {
      Files.write(copy, in.readAllBytes());
    }
    return copy;
  }

  /** Where its services are. */
  String endpoint() {
    return "127.0.0.1:" + await("the server", event -> event.has("ready")).path("ready").asInt();
  }

  /** Sends a command, a line of JSON. */
  void tell(String command) {
    try {
      commands.write(command.replace("\n", " ") + "\n");
      commands.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it told so far, without a line that is not whole yet. */
  List<JsonNode> events() {
    String text = StigmerProcess.read(out);
    return text.substring(0, text.lastIndexOf('\n') + 1)
        .lines()
        .map(OriginalServer::parsed)
        .toList();
  }

  private static JsonNode parsed(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new AssertionError(line, e);
    }
  }

  /** The statuses that a runner reported of an execution. */
  List<JsonNode> updates(String execution) {
    return events().stream()
        .filter(event -> event.path("update").asText().equals(execution))
        .toList();
  }

  /** How a workflow ended. */
  JsonNode result(String id) {
    return await("the result of " + id, event -> event.path("result").asText().equals(id));
  }

  /** The newest event of that kind; waits for one. */
  JsonNode await(String what, Predicate<JsonNode> wanted) {
    TemporalSite.until(
        what,
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("the server has ended: " + StigmerProcess.read(err));
          }
          return found(wanted).isPresent();
        });
    return found(wanted).orElseThrow();
  }

  private Optional<JsonNode> found(Predicate<JsonNode> wanted) {
    return events().reversed().stream().filter(wanted).findFirst();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}

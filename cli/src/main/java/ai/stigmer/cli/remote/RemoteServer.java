package ai.stigmer.cli.remote;

import static java.util.Objects.requireNonNull;

import ai.stigmer.cli.Loopback;
import ai.stigmer.config.Backend;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.Secret;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * A stigmer server over HTTP. What goes wrong there is thrown as the problem that it is.
 *
 * <p>Thread contract: thread-safe; every call blocks.
 */
public final class RemoteServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final int GOOD = 200;
  private static final int BAD = 300;
  private static final int UNREADY = 503;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final Backend backend;
  private final Secret token;

  private RemoteServer(Backend backend, Secret token) {
    this.backend = requireNonNull(backend, "backend is null");
    this.token = requireNonNull(token, "token is null");
  }

  /**
   * The server, with the token that was configured; for one of this machine, else with the one of
   * the Stigmer home.
   *
   * @throws ProblemException {@code E581} when there is no token, or it would be sent in the clear
   */
  public static RemoteServer of(Backend backend, Path home) {
    URI uri = URI.create(backend.endpoint());
    boolean isHere = Loopback.is(String.valueOf(uri.getHost()));
    if (!isHere && !"https".equalsIgnoreCase(uri.getScheme())) {
      throw Problem.of(
              "E581",
              Category.CONFIGURATION,
              "the token would be sent to " + uri.getHost() + " in the clear")
          .from(backend.location())
          .help("write https://, or reach the server through a tunnel to this machine")
          .asException();
    }
    return new RemoteServer(
        backend, backend.token().orElseGet(() -> ofHome(backend, home, isHere)));
  }

  private static Secret ofHome(Backend backend, Path home, boolean isHere) {
    Path file = home.resolve("server.token");
    try {
      if (isHere && Files.exists(file)) {
        return Secret.of(Files.readString(file).strip());
      }
    } catch (IOException e) {
      throw noToken(backend, file + " cannot be read");
    }
    throw noToken(
        backend,
        isHere ? "there is no " + file : "the token of the Stigmer home is for this machine only");
  }

  private static ProblemException noToken(Backend backend, String why) {
    return Problem.of("E581", Category.CREDENTIALS, "there is no token for " + backend.endpoint())
        .from(backend.location(), why)
        .help(
            "export STIGMER_API_KEY=…   or   export STIGMER_API_KEY_FILE=FILE",
            "on the server: stigmer server token create --name NAME --scope run")
        .asException();
  }

  /** Where it is, for people. */
  public String endpoint() {
    return backend.endpoint();
  }

  /** Where that was said. */
  public String location() {
    return backend.location();
  }

  /** What is at a path; a missing thing is a problem. */
  public JsonNode get(String path) {
    return json(send(request(path).GET().build()));
  }

  /** How it is, part by part; also of one that can take no work. */
  public JsonNode health() {
    HttpResponse<String> answer = answer(request("/healthz/ready").GET().build());
    return json(answer.statusCode() == UNREADY ? answer.body() : good(answer));
  }

  /** What is at a path as text; empty when nothing is. */
  public String text(String path) {
    return send(request(path).GET().build());
  }

  /** What is at a path; empty when the server says that there is no such thing. */
  public Optional<JsonNode> find(String path) {
    try {
      return Optional.of(get(path));
    } catch (ProblemException e) {
      if (e.problem().code().equals("E560")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Sends JSON. */
  public JsonNode send(String verb, String path, JsonNode body) {
    return json(
        send(
            request(path)
                .header("content-type", "application/json")
                .method(verb, BodyPublishers.ofString(body.toString()))
                .build()));
  }

  /**
   * Opens a stream of events.
   *
   * @param after the id of the last event that is known; 0 for none
   * @param most how long is waited for the server to begin its answer
   * @throws IOException when the connection breaks
   */
  InputStream stream(String path, long after, Duration most) throws IOException {
    // The client's own limit would, in time, hold for the whole stream.
    HttpRequest.Builder request = bare(path).header("accept", "text/event-stream").GET();
    if (after > 0) {
      request.header("last-event-id", String.valueOf(after));
    }
    var answer = http.sendAsync(request.build(), BodyHandlers.ofInputStream());
    try {
      HttpResponse<InputStream> response = answer.get(most.toMillis(), TimeUnit.MILLISECONDS);
      if (isGateway(response.statusCode())) {
        response.body().close();
        throw new IOException("what is in front of the server answers " + response.statusCode());
      }
      if (response.statusCode() != GOOD) {
        try (InputStream body = response.body()) {
          throw problem(
              response.statusCode(), new String(body.readAllBytes(), StandardCharsets.UTF_8));
        }
      }
      return response.body();
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException("no answer within " + most.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** A proxy answers so while the server behind it is away. */
  private static boolean isGateway(int status) {
    return status >= 502 && status <= 504;
  }

  private HttpRequest.Builder request(String path) {
    return bare(path).timeout(ANSWER);
  }

  private HttpRequest.Builder bare(String path) {
    return HttpRequest.newBuilder(URI.create(backend.endpoint() + path))
        .header("authorization", "Bearer " + token.reveal());
  }

  private String send(HttpRequest request) {
    return good(answer(request));
  }

  private String good(HttpResponse<String> answer) {
    if (answer.statusCode() < GOOD || answer.statusCode() >= BAD) {
      throw problem(answer.statusCode(), answer.body());
    }
    return answer.body();
  }

  private HttpResponse<String> answer(HttpRequest request) {
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw unreachable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(e);
    }
  }

  ProblemException unreachable(Exception e) {
    String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new ProblemException(
        Problem.of(
                "E580",
                Category.SERVER,
                "the server at " + backend.endpoint() + " cannot be reached")
            .from(backend.location(), why)
            .help(help(e)),
        e);
  }

  private static String[] help(Exception e) {
    if (e instanceof SSLException && String.valueOf(e.getMessage()).contains("PKIX")) {
      return new String[] {
        "trust its certificate, here server.pem: keytool -importcert -noprompt -file server.pem"
            + " -keystore trust.p12 -storepass changeit",
        "export JAVA_TOOL_OPTIONS='-Djavax.net.ssl.trustStore=trust.p12"
            + " -Djavax.net.ssl.trustStorePassword=changeit'"
      };
    }
    return new String[] {
      "on its machine: stigmer server status", "to work without a server: --server \"\""
    };
  }

  private JsonNode json(String text) {
    try {
      return JSON.readTree(text.isBlank() ? "{}" : text);
    } catch (JsonProcessingException e) {
      throw noServer("its answer is no JSON");
    }
  }

  private ProblemException noServer(String why) {
    return Problem.of(
            "E586", Category.RUN, "what answers at " + backend.endpoint() + " is no stigmer server")
        .from(backend.location(), why)
        .help("check the address: stigmer config explain")
        .asException();
  }

  private ProblemException problem(int status, String body) {
    JsonNode json;
    try {
      json = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw noServer("it answers with status " + status);
    }
    if (!json.path("code").asText().matches("E[0-9]{3}")) {
      throw noServer("it answers with status " + status);
    }
    List<String> help = new ArrayList<>();
    json.path("help").forEach(line -> help.add(line.asText()));
    if (help.isEmpty()) {
      help.addAll(refused(json.path("code").asText()));
    }
    String message = json.path(json.has("message") ? "message" : "detail").asText();
    return new Problem(
            json.path("code").asText(),
            category(json.path("category").asText(), status),
            message,
            List.of("the server at " + backend.endpoint()),
            help)
        .asException();
  }

  /** What the server's words leave out, because it does not know who asks. */
  private List<String> refused(String code) {
    return switch (code) {
      case "E576" ->
          List.of(
              "the token is "
                  + (backend.token().isPresent() ? "yours to give" : "the home's")
                  + ": STIGMER_API_KEY or STIGMER_API_KEY_FILE",
              "which there are, on the server's machine: stigmer server token list");
      case "E584" ->
          List.of(
              "ask whoever looks after the server for another token: stigmer server token create"
                  + " --name NAME --scope SCOPE");
      default -> List.of();
    };
  }

  private static Category category(String name, int status) {
    for (Category category : Category.values()) {
      if (category.name().equals(name)) {
        return category;
      }
    }
    return switch (status) {
      case 401, 403 -> Category.CREDENTIALS;
      case 400, 404 -> Category.USAGE;
      default -> Category.RUN;
    };
  }

  /** Without waiting for streams that are still open. */
  @Override
  public void close() {
    http.shutdownNow();
  }
}

package ai.stigmer.it.wire;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.it.wire.WireFormat.Server;
import ai.stigmer.testkit.Golden;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every failure of a provider as a user reads it, in a reviewed file for each wire format. */
@Timeout(120)
class FailureMessagesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/ai/stigmer/it/wire");

  /** What each status means, and the words that are typical of it. */
  private static final Map<Integer, String> REFUSALS = new LinkedHashMap<>();

  static {
    REFUSALS.put(400, "messages: something is wrong");
    REFUSALS.put(401, "the key is not valid");
    REFUSALS.put(402, "billing: there is no credit left");
    REFUSALS.put(403, "the key may not use this");
    REFUSALS.put(404, "model not found");
    REFUSALS.put(408, "request timeout");
    REFUSALS.put(409, "conflict");
    REFUSALS.put(413, "request too large");
    REFUSALS.put(422, "unprocessable");
    REFUSALS.put(429, "too many requests");
    REFUSALS.put(500, "internal server error");
    REFUSALS.put(502, "bad gateway");
    REFUSALS.put(503, "service unavailable");
    REFUSALS.put(504, "gateway timeout");
    REFUSALS.put(529, "overloaded");
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void everyMessageIsReviewed(WireFormat format) throws IOException {
    StringBuilder page = new StringBuilder();
    for (Map.Entry<Integer, String> refusal : REFUSALS.entrySet()) {
      add(page, "status " + refusal.getKey(), refused(format, refusal.getKey()));
    }
    for (Map.Entry<String, FailingServers.Case> special : FailingServers.cases(format).entrySet()) {
      try (Server server = special.getValue().start()) {
        add(page, special.getKey(), failure(server));
      }
    }
    add(page, "unreachable", failure(format.open(closedPort())));
    add(page, "unknown host", failure(format.open("http://no-such-host.invalid")));
    add(page, "a server without TLS", untrusted(format));
    add(page, "a key of another vendor", wrongKey(format));
    for (Map.Entry<String, FailingServers.Case> turn : FailingServers.turns(format).entrySet()) {
      try (Server server = turn.getValue().start();
          WireRun run = new WireRun()) {
        add(page, turn.getKey(), run.drive(3, server.open()));
      }
    }
    Golden.assertMatches(
        GOLDEN.resolve("failures-" + format.name().toLowerCase(java.util.Locale.ROOT) + ".txt"),
        page.toString().replaceAll("127\\.0\\.0\\.1:\\d+", "127.0.0.1:PORT"));
  }

  @Test
  void aStatusHasTheSameCodeAndKindWithEveryProvider() {
    Map<Integer, String> ollama = meanings(WireFormat.OLLAMA);
    for (WireFormat format : WireFormat.values()) {
      assertThat(meanings(format)).as(format.name()).isEqualTo(ollama);
    }
  }

  private static Map<Integer, String> meanings(WireFormat format) {
    Map<Integer, String> meanings = new TreeMap<>();
    for (int status : REFUSALS.keySet()) {
      ModelFailure failure = refused(format, status);
      meanings.put(status, failure.problem().code() + " " + failure.kind());
    }
    return meanings;
  }

  private static ModelFailure refused(WireFormat format, int status) {
    String words = java.util.Objects.requireNonNull(REFUSALS.get(status));
    try (Server server = FailingServers.refusing(format, status, words)) {
      return failure(server);
    }
  }

  private static ModelFailure untrusted(WireFormat format) {
    try (Server server = FailingServers.refusing(format, 500, "it broke")) {
      return failure(format.open(server.url().replace("http:", "https:")));
    }
  }

  private static Object wrongKey(WireFormat format) {
    try {
      return format.openAtVendor(
          format == WireFormat.ANTHROPIC ? "sk-proj-0123456789" : "sk-ant-api03-0123456789");
    } catch (ProblemException e) {
      return e.problem();
    }
  }

  private static ModelFailure failure(Server server) {
    return failure(server.open());
  }

  private static ModelFailure failure(ChatModel model) {
    ModelRequest request =
        new ModelRequest(
            "",
            List.of(new Message.User("hello")),
            List.of(new ToolSpec("ls", "Lists.", "{\"type\":\"object\",\"properties\":{}}")));
    ModelResult result = model.call(request, new CancelToken(), event -> {});
    assertThat(result).isInstanceOf(ModelResult.Failed.class);
    return ((ModelResult.Failed) result).failure();
  }

  private static String closedPort() throws IOException {
    try (ServerSocket closed =
        new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
      return "http://127.0.0.1:" + closed.getLocalPort();
    }
  }

  private static void add(StringBuilder page, String title, Object what) {
    page.append("## ").append(title).append('\n');
    switch (what) {
      case ModelFailure failure -> {
        page.append(failure.kind()).append('\n');
        page.append(words(failure.problem()));
      }
      case Problem problem -> page.append("before anything is sent\n").append(words(problem));
      case RunEnd.Failed failed -> page.append("the run fails\n").append(words(failed.problem()));
      default -> page.append("not looked at: it is sent as it is\n");
    }
    page.append('\n');
  }

  private static String words(Problem problem) {
    List<String> lines = new ArrayList<>();
    lines.add("error[" + problem.code() + "]: " + problem.message());
    problem.from().forEach(from -> lines.add("  from: " + from));
    problem.help().forEach(help -> lines.add("  help: " + help));
    return String.join("\n", lines) + "\n";
  }
}

package ai.stigmer.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.config.Backend;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.server.ServerLog;
import ai.stigmer.server.ServerOptions;
import ai.stigmer.server.StigmerServer;
import ai.stigmer.testkit.EventLaws;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.http.FreezingProxy;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run at a real server, followed over connections that die without a word. */
@Timeout(300)
class RemoteFeedTest {
  private static final RemoteFeed.Patience SHORT =
      new RemoteFeed.Patience(Duration.ofSeconds(1), Duration.ofMinutes(2));

  @TempDir Path folder = Path.of("");

  @Test
  void aConnectionThatDiesWithoutAWordIsMadeAgainAndNothingIsLostOrToldTwice() throws Exception {
    String[] words = Collections.nCopies(30, "word ").toArray(new String[0]);
    Fault slow = new Fault.Trickle(100, Duration.ofMillis(50));
    Scenario scenario =
        Scenario.of(
            Answer.empty()
                .andThinking("first ", "second ", "third ")
                .andText(words)
                .andCalls(Answer.Call.of("c1", 0, "ls", "{\"path\":\"/\"}"))
                .with(slow),
            Answer.error(500, "not now"),
            Answer.call("task", "{\"description\":\"look\",\"subagent_type\":\"general-purpose\"}"),
            Answer.text(words).with(slow),
            Answer.text(words).with(slow));
    try (FakeOllama ollama =
            FakeOllama.start(
                scenario.models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
        FreezingProxy proxy = FreezingProxy.open();
        StigmerServer server = server(ollama, proxy);
        RemoteServer direct = at(server.port());
        RemoteServer behind = at(proxy.port())) {
      String id = begin(direct);
      var whole = new Heard(event -> {});
      CompletableFuture<RemoteFeed.Outcome> other =
          CompletableFuture.supplyAsync(
              () -> new RemoteFeed(direct, id, whole, why -> {}).follow(0));
      var freezing = new Freezing(proxy);
      var told = new Heard(freezing);
      var lost = new CopyOnWriteArrayList<String>();

      RemoteFeed.Outcome outcome = new RemoteFeed(behind, id, told, lost::add, SHORT).follow(0);

      assertThat(outcome).isInstanceOf(RemoteFeed.Outcome.Ended.class);
      assertThat(((RemoteFeed.Outcome.Ended) outcome).end()).isInstanceOf(RunEnd.Completed.class);
      assertThat(other.join()).isEqualTo(outcome);
      assertThat(freezing.left).as("moments at which no connection died").isEmpty();
      assertThat(lost).anyMatch(why -> why.endsWith("broke; trying again"));
      assertThat(lost).contains("the server is there again");
      assertThat(joined(told.events)).isEqualTo(joined(whole.events));
      told.laws.assertLaws();
    }
  }

  /**
   * Of two sub-agents one ends while the other one goes on.
   *
   * @param words how many the other one says between two connections; with many of them the server
   *     has to tell from the journal
   */
  @ParameterizedTest
  @ValueSource(ints = {10, 6_000})
  void subAgentsSideBySideAreToldOnceThoughAConnectionDiesAfterOneOfThem(int words)
      throws Exception {
    var hasSlowBegun = new CountDownLatch(1);
    var isQuickOver = new CountDownLatch(1);
    Fault slow = new Fault.Trickle(100, Duration.ofMillis(100));
    Scenario scenario =
        Scenario.answering(
            body -> {
              String asked = asked(body);
              boolean isLater = body.path("messages").toString().contains("\"role\":\"tool\"");
              if (asked.contains("quick")) {
                await(hasSlowBegun);
                return Answer.text("q");
              }
              if (asked.contains("slow")) {
                if (!isLater) {
                  return Answer.empty()
                      .andText("o ", "o ", "o ")
                      .andCalls(Answer.Call.of("s1", 0, "ls", "{\"path\":\"/\"}"));
                }
                await(isQuickOver);
                String[] many = Collections.nCopies(words, "x ").toArray(new String[0]);
                return body.path("messages").toString().contains("s2")
                    ? Answer.text(Collections.nCopies(60, "e ").toArray(new String[0])).with(slow)
                    : Answer.empty()
                        .andText(many)
                        .andCalls(Answer.Call.of("s2", 0, "ls", "{\"path\":\"/\"}"));
              }
              return isLater
                  ? Answer.text("All.")
                  : Answer.empty()
                      .andCalls(
                          Answer.Call.of("c1", 0, "task", task("quick")),
                          Answer.Call.of("c2", 1, "task", task("slow")));
            });
    try (FakeOllama ollama =
            FakeOllama.start(
                scenario.models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
        FreezingProxy proxy = FreezingProxy.open();
        StigmerServer server = server(ollama, proxy);
        RemoteServer direct = at(server.port());
        RemoteServer behind = at(proxy.port())) {
      String id = begin(direct);
      var whole = new Heard(event -> {});
      CompletableFuture<RemoteFeed.Outcome> other =
          CompletableFuture.supplyAsync(
              () -> new RemoteFeed(direct, id, whole, why -> {}).follow(0));
      var moments = new ArrayList<>(List.of("o", "q", "c1", "x", "e", "c2"));
      var told =
          new Heard(
              event -> {
                String what = what(event);
                if (moments.removeIf(what::contains)) {
                  proxy.freeze();
                }
                if (what.contains("o")) {
                  hasSlowBegun.countDown();
                }
                if (what.equals("c1")) {
                  isQuickOver.countDown();
                }
              });

      RemoteFeed.Outcome outcome = new RemoteFeed(behind, id, told, why -> {}, SHORT).follow(0);

      assertThat(outcome).isInstanceOf(RemoteFeed.Outcome.Ended.class);
      assertThat(other.join()).isEqualTo(outcome);
      assertThat(moments).as("moments at which no connection died").isEmpty();
      assertThat(byRun(told.events)).isEqualTo(byRun(whole.events)).hasSize(3);
      told.laws.assertLaws();
      whole.laws.assertLaws();
    }
  }

  private static String asked(JsonNode body) {
    for (JsonNode message : body.path("messages")) {
      if (message.path("role").asText().equals("user")) {
        return message.path("content").asText();
      }
    }
    return "";
  }

  private static String task(String what) {
    return "{\"description\":\"" + what + "\",\"subagent_type\":\"general-purpose\"}";
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The piece of a text, or the call that is over. */
  private static String what(AgentEvent event) {
    return switch (event) {
      case AgentEvent.Child child -> text(child.event());
      case AgentEvent.ToolFinished finished -> finished.call().id();
      default -> text(event);
    };
  }

  /** Each run by itself: what happens in two of them at once comes in any order. */
  private static Map<String, List<String>> byRun(List<AgentEvent> events) {
    return events.stream()
        .collect(
            Collectors.groupingBy(
                event -> event instanceof AgentEvent.Child child ? child.runId() : "",
                Collectors.collectingAndThen(Collectors.toList(), RemoteFeedTest::joined)));
  }

  @Test
  void aServerThatNeverBeginsItsAnswerIsAskedAgain() throws Exception {
    try (FakeOllama ollama =
            FakeOllama.start(
                Scenario.of(Answer.text("Done."))
                    .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
        FreezingProxy proxy = FreezingProxy.open();
        StigmerServer server = server(ollama, proxy);
        RemoteServer direct = at(server.port());
        RemoteServer behind = at(proxy.port())) {
      String id = begin(direct);
      // A connection is kept for the next request, and dead by then.
      behind.get("/v1/models");
      proxy.freeze();
      var told = new Heard(event -> {});

      RemoteFeed.Outcome outcome = new RemoteFeed(behind, id, told, why -> {}, SHORT).follow(0);

      assertThat(outcome).isInstanceOf(RemoteFeed.Outcome.Ended.class);
      told.laws.assertLaws();
    }
  }

  /** Lets connections die the first time that certain things are told. */
  private static final class Freezing implements Consumer<AgentEvent> {
    private final FreezingProxy proxy;
    private final List<Class<? extends AgentEvent>> left =
        new ArrayList<>(
            List.of(
                AgentEvent.RunStarted.class,
                AgentEvent.TurnStarted.class,
                AgentEvent.ThinkingDelta.class,
                AgentEvent.TextDelta.class,
                AgentEvent.TextDelta.class,
                AgentEvent.ToolStarted.class,
                AgentEvent.ToolFinished.class,
                AgentEvent.Child.class,
                AgentEvent.TurnStarted.class));

    Freezing(FreezingProxy proxy) {
      this.proxy = proxy;
    }

    @Override
    public void accept(AgentEvent event) {
      if (left.remove(event.getClass())) {
        proxy.freeze();
      }
    }
  }

  /** Keeps what is told. */
  private static final class Heard implements RemoteFeed.Listener {
    private final List<AgentEvent> events = new CopyOnWriteArrayList<>();
    private final EventLaws laws = new EventLaws();
    private final Consumer<AgentEvent> also;

    Heard(Consumer<AgentEvent> also) {
      this.also = also;
    }

    @Override
    public void begun(JsonNode begun) {}

    @Override
    public void event(AgentEvent event) {
      events.add(event);
      laws.accept(event);
      also.accept(event);
    }
  }

  /**
   * With the pieces of a text put together, and without what the journal does not hold: who comes
   * back after a failed attempt is not told of it.
   */
  private static List<String> joined(List<AgentEvent> events) {
    var joined = new ArrayList<String>();
    var text = new StringBuilder();
    for (AgentEvent event : events) {
      String piece = text(event instanceof AgentEvent.Child child ? child.event() : event);
      text.append(piece);
      if (piece.isEmpty()
          && !(event instanceof AgentEvent.Retrying)
          && !(event instanceof AgentEvent.Notice)) {
        joined.add(text.toString());
        text.setLength(0);
        // The journal tells a beginning with the first entry of its run, the run itself with the
        // newest.
        joined.add(event instanceof AgentEvent.RunStarted ? "begun" : event.toString());
      }
    }
    return joined;
  }

  private static String text(AgentEvent event) {
    return switch (event) {
      case AgentEvent.TextDelta delta -> delta.text();
      case AgentEvent.ThinkingDelta delta -> delta.text();
      default -> "";
    };
  }

  private static String begin(RemoteServer server) {
    ObjectNode execution = JsonNodeFactory.instance.objectNode();
    execution
        .putObject("spec")
        .put(
            "agentId",
            new RemoteAgents(server, note -> {})
                .id(new RemoteAgents.Chosen.Defined(RemoteAgents.assistant())))
        .put("message", "go");
    return server.send("POST", "/api/executions", execution).path("metadata").path("id").asText();
  }

  private RemoteServer at(int port) {
    return RemoteServer.of(
        new Backend("http://127.0.0.1:" + port, "test", Optional.empty()), home());
  }

  private Path home() {
    return folder.resolve("home");
  }

  private StigmerServer server(FakeOllama ollama, FreezingProxy proxy) throws Exception {
    Files.createDirectories(home());
    Map<String, String> env =
        Map.of(
            "OLLAMA_BASE_URL", ollama.baseUrl(),
            "STIGMER_HOME", home().toString(),
            "HOME", folder.toString(),
            "PATH", "/usr/bin:/bin");
    StigmerServer server =
        StigmerServer.start(
            new ServerOptions(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Set.of("127.0.0.1:" + proxy.port()),
                Optional.empty(),
                ServerOptions.Exposure.DIRECT,
                home(),
                new ServerOptions.Database.Files(home().resolve("stigmer.db")),
                folder.resolve("workspaces"),
                64,
                ConfigInput.of(env, "stigmer server"),
                env),
            new ServerLog(new PrintStream(OutputStream.nullOutputStream()), InstantSource.system()),
            InstantSource.system());
    proxy.leadTo(server.port());
    return server;
  }
}

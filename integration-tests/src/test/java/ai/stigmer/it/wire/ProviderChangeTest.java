package ai.stigmer.it.wire;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.it.wire.WireFormat.Server;
import ai.stigmer.testkit.http.RecordedRequest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Sessions in which another provider takes over. The fake servers refuse, with the real APIs'
 * words, orphaned results, ids that they do not take, foreign thinking, and thinking of their own
 * that is not as they signed it; what they cannot know is asserted here.
 */
class ProviderChangeTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Each of the four, and back to two that have spoken before. */
  private static final List<WireFormat> ROUTE =
      List.of(
          WireFormat.OLLAMA,
          WireFormat.ANTHROPIC,
          WireFormat.RESPONSES,
          WireFormat.CHAT,
          WireFormat.OLLAMA,
          WireFormat.ANTHROPIC);

  @Test
  void aSessionGoesOnWithEveryOtherProviderAndBack() throws Exception {
    Map<WireFormat, Server> servers = servers(ROUTE);
    try (WireRun run = new WireRun()) {
      for (int turn = 1; turn < ROUTE.size(); turn++) {
        RunEnd end = run.drive(turn, open(servers, ROUTE.get(turn - 1)));
        assertThat(end).as("turn " + turn).isInstanceOf(RunEnd.Stopped.class);
      }
      RunEnd end = run.drive(ROUTE.size(), open(servers, ROUTE.getLast()));

      assertThat(end).isEqualTo(new RunEnd.Completed(said(ROUTE.size() - 1)));
      assertThat(run.events).noneMatch(AgentEvent.Notice.class::isInstance);
      assertOnTheWire(servers, turns(run));
    } finally {
      servers.values().forEach(Server::close);
    }
  }

  private static void assertOnTheWire(Map<WireFormat, Server> servers, List<ModelTurn> turns)
      throws JsonProcessingException {
    for (int k = 0; k < ROUTE.size(); k++) {
      WireFormat format = ROUTE.get(k);
      int earlier = (int) ROUTE.subList(0, k).stream().filter(format::equals).count();
      RecordedRequest request = format(servers, format).asked().get(earlier);
      String conversation = request.body().path(format.conversation).toString();
      for (int before = 0; before < k; before++) {
        boolean own = ROUTE.get(before) == format;
        String where = "turn " + before + " as " + format + " sees it for turn " + k;
        assertThat(conversation).as(where).contains(said(before));
        assertThat(conversation.contains(thought(before))).as(where + ": thinking").isEqualTo(own);
        assertThat(conversation.contains(verbatim(turns.get(before), ROUTE.get(before))))
            .as(where + ": verbatim")
            .isEqualTo(own);
      }
    }
  }

  /** What the provider said, as it must come back in its own requests. */
  private static String verbatim(ModelTurn turn, WireFormat format) throws JsonProcessingException {
    JsonNode raw = JSON.readTree(turn.raw());
    return switch (format) {
      case ANTHROPIC -> raw.path("content").toString();
      case OLLAMA, CHAT -> raw.toString();
      case RESPONSES -> raw.toString().replaceAll("^\\[|]$", "");
    };
  }

  @Test
  void anOverloadedProviderIsReplacedWithinTheSessionAlsoAfterAKill() {
    List<Said> first = List.of(turn(0, WireFormat.ANTHROPIC));
    List<Said> second =
        List.of(
            turn(1, WireFormat.RESPONSES), turn(2, WireFormat.RESPONSES), Said.of("", "The end."));
    try (Server anthropic = WireFormat.ANTHROPIC.saying(first);
        Server openAi = WireFormat.RESPONSES.saying(second);
        WireRun run = new WireRun()) {

      RunEnd broken = run.drive(2, anthropic.open(), openAi.open());

      assertThat(broken).isInstanceOf(RunEnd.Stopped.class);
      assertThat(anthropic.asked()).as("one answer, then 529 three times").hasSize(4);
      assertThat(openAi.asked()).hasSize(1);
      assertThat(run.events).filteredOn(AgentEvent.Retrying.class::isInstance).hasSize(2);
      assertThat(run.events)
          .filteredOn(AgentEvent.ModelSwitched.class::isInstance)
          .extracting(event -> ((AgentEvent.ModelSwitched) event).to())
          .containsExactly("openai/gpt-6.1-sol");
      assertThat(run.entries())
          .filteredOn(JournalEntry.ModelSwitched.class::isInstance)
          .singleElement()
          .satisfies(
              entry -> {
                var switched = (JournalEntry.ModelSwitched) entry;
                assertThat(switched.from()).isEqualTo("anthropic/claude-opus-5-5");
                assertThat(switched.to()).isEqualTo("openai/gpt-6.1-sol");
                assertThat(switched.why()).contains("529", "overloaded");
              });
      String taken = openAi.asked().getFirst().body().path("input").toString();
      assertThat(taken).contains(said(0)).doesNotContain(thought(0)).doesNotContain("signature");

      RunEnd end = run.drive(9, anthropic.open(), openAi.open());

      assertThat(end).isEqualTo(new RunEnd.Completed("The end."));
      assertThat(anthropic.asked()).as("nobody asks again who was left").hasSize(4);
      assertThat(openAi.asked()).hasSize(3);
      assertThat(openAi.asked().getLast().body().path("input").toString())
          .contains(thought(1), thought(2), "encrypted_content")
          .doesNotContain(thought(0));
    }
  }

  private static Map<WireFormat, Server> servers(List<WireFormat> route) {
    Map<WireFormat, List<Said>> sayings = new TreeMap<>();
    for (int turn = 0; turn < route.size(); turn++) {
      boolean last = turn == route.size() - 1;
      sayings
          .computeIfAbsent(route.get(turn), format -> new ArrayList<>())
          .add(last ? Said.of(thought(turn), said(turn)) : turn(turn, route.get(turn)));
    }
    Map<WireFormat, Server> servers = new TreeMap<>();
    sayings.forEach((format, said) -> servers.put(format, format.saying(said)));
    return servers;
  }

  private static ai.stigmer.graphton.model.ChatModel open(
      Map<WireFormat, Server> servers, WireFormat format) {
    return format(servers, format).open();
  }

  private static Server format(Map<WireFormat, Server> servers, WireFormat format) {
    return java.util.Objects.requireNonNull(servers.get(format));
  }

  /** A turn; open servers give ids of a kind that Anthropic does not take. */
  private static Said turn(int turn, WireFormat format) {
    boolean odd = format == WireFormat.OLLAMA || format == WireFormat.CHAT;
    ToolCall good = Said.call((odd ? "functions.list:" : "call_a") + turn, "list", "f" + turn);
    ToolCall bad = Said.call("call_b" + turn, "broken", "g" + turn);
    return Said.of(thought(turn), said(turn), good, bad);
  }

  private static String thought(int turn) {
    return "thinking number " + turn;
  }

  private static String said(int turn) {
    return "saying number " + turn;
  }

  private static List<ModelTurn> turns(WireRun run) {
    return run.entries().stream()
        .filter(JournalEntry.Turn.class::isInstance)
        .map(entry -> ((JournalEntry.Turn) entry).turn())
        .toList();
  }
}

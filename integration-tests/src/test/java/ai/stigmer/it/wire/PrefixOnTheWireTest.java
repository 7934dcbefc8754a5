package ai.stigmer.it.wire;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.it.wire.WireFormat.Server;
import ai.stigmer.testkit.http.RecordedRequest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * What every provider caches by, through the real loop: the beginning of the request.
 *
 * <p>Compared are the bytes as they arrived. The conversation of request k, without its closing
 * bracket, begins that of request k+1; everything around the conversation (model, system text,
 * tools, limits, the cache markers of Anthropic, which stand outside of its messages) is the same,
 * byte for byte. At one place of each session the run is broken off and taken up by a model that is
 * opened anew, with the agent's tools in another order.
 */
class PrefixOnTheWireTest {

  /** A session: what the model says, and after how many turns the process is another one. */
  record Session(List<Said> turns, int killedAfter) {}

  @Property(tries = 12)
  void everyRequestToOllamaBeginsTheNext(@ForAll("sessions") Session session) throws IOException {
    assertPrefixes(WireFormat.OLLAMA, session);
  }

  @Property(tries = 12)
  void everyRequestToAnthropicBeginsTheNext(@ForAll("sessions") Session session)
      throws IOException {
    assertPrefixes(WireFormat.ANTHROPIC, session);
  }

  @Property(tries = 12)
  void everyRequestToTheResponsesApiBeginsTheNext(@ForAll("sessions") Session session)
      throws IOException {
    assertPrefixes(WireFormat.RESPONSES, session);
  }

  @Property(tries = 12)
  void everyRequestToChatCompletionsBeginsTheNext(@ForAll("sessions") Session session)
      throws IOException {
    assertPrefixes(WireFormat.CHAT, session);
  }

  private static void assertPrefixes(WireFormat format, Session session) throws IOException {
    List<Said> turns = new ArrayList<>(session.turns());
    turns.add(Said.of("", "The end."));
    try (Server server = format.saying(turns);
        WireRun run = new WireRun()) {
      var _ = run.drive(session.killedAfter(), server.open());
      var _ = run.drive(turns.size(), server.open());
      List<RecordedRequest> requests = server.asked();
      assertThat(requests).hasSize(turns.size());
      for (int k = 0; k + 1 < requests.size(); k++) {
        Cut before = Cut.of(requests.get(k), format);
        Cut after = Cut.of(requests.get(k + 1), format);
        String open = before.conversation().substring(0, before.conversation().length() - 1);
        assertThat(after.conversation()).startsWith(open).hasSizeGreaterThan(open.length() + 1);
        assertThat(after.around()).isEqualTo(before.around());
        assertThat(names(requests.get(k))).isSorted().hasSize(3);
      }
    }
  }

  /** A request's text: the conversation, and everything around it. */
  private record Cut(String conversation, String around) {

    static Cut of(RecordedRequest request, WireFormat format) throws IOException {
      String text = request.text();
      try (JsonParser json = new JsonFactory().createParser(text)) {
        json.nextToken();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          boolean wanted = json.currentName().equals(format.conversation);
          json.nextToken();
          int from = (int) json.currentTokenLocation().getCharOffset();
          json.skipChildren();
          if (wanted) {
            int to = (int) json.currentTokenLocation().getCharOffset() + 1;
            return new Cut(text.substring(from, to), text.substring(0, from) + text.substring(to));
          }
        }
      }
      throw new AssertionError("the request has no " + format.conversation);
    }
  }

  private static List<String> names(RecordedRequest request) {
    List<String> names = new ArrayList<>();
    for (JsonNode tool : request.body().path("tools")) {
      names.add(tool.has("name") ? tool.path("name").asText() : tool.at("/function/name").asText());
    }
    return names;
  }

  @Provide
  Arbitrary<Session> sessions() {
    Arbitrary<String> text =
        Arbitraries.strings()
            .withCharRange('a', 'e')
            .withChars(' ', '\n', '"', '\\', '/', 'ü', '\u2028', '\uD83C', '\uDF0D')
            .ofMinLength(1)
            .ofMaxLength(12)
            .map(PrefixOnTheWireTest::wellFormed);
    Arbitrary<List<Said>> turns =
        Combinators.combine(text, text, Arbitraries.integers().between(1, 3))
            .as(PrefixOnTheWireTest::said)
            .list()
            .ofMinSize(1)
            .ofMaxSize(4)
            .map(PrefixOnTheWireTest::numbered);
    return turns.flatMap(
        all ->
            Arbitraries.integers()
                .between(1, all.size())
                .map(killedAfter -> new Session(all, killedAfter)));
  }

  private static String wellFormed(String text) {
    return new String(
        text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
        java.nio.charset.StandardCharsets.UTF_8);
  }

  private static Said said(String thinking, String text, int calls) {
    List<ToolCall> all = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      all.add(Said.call("", List.of("list", "fetch", "broken").get(i), "p"));
    }
    return new Said(thinking, text, all, 4_000);
  }

  /** Ids and paths that no other call of the session has. */
  private static List<Said> numbered(List<Said> turns) {
    List<Said> all = new ArrayList<>();
    for (Said turn : turns) {
      List<ToolCall> calls = new ArrayList<>();
      for (ToolCall call : turn.calls()) {
        String id = "call_" + all.size() + "_" + calls.size();
        calls.add(Said.call(id, call.name(), "p" + id));
      }
      all.add(new Said(turn.thinking(), turn.text(), calls, 4_000 + 100 * all.size()));
    }
    return all;
  }
}

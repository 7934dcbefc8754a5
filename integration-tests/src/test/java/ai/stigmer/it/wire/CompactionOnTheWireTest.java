package ai.stigmer.it.wire;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.it.wire.WireFormat.Server;
import ai.stigmer.testkit.http.RecordedRequest;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A summary in the middle of a tool loop, as each provider's server gets and checks it. */
class CompactionOnTheWireTest {
  /** More than any window in these tests has before it is full. */
  private static final int FULL = 120_000;

  private static final String SUMMARY = "Listed a and b; nothing else is known.";

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void everyServerTakesTheConversationWithASummaryInIt(WireFormat format) {
    List<Said> script =
        List.of(
            calling("list", 0, 4_000),
            calling("fetch", 1, 4_100),
            calling("fetch", 2, FULL),
            new Said("", SUMMARY, List.of(), 500),
            calling("fetch", 4, 4_200),
            Said.of("", "The end."));
    try (Server server = format.saying(script);
        WireRun run = new WireRun()) {
      // Broken off behind the summary, and taken up by another process.
      assertThat(run.drive(4, server.open())).isInstanceOf(RunEnd.Stopped.class);
      assertThat(run.drive(9, server.open())).isEqualTo(new RunEnd.Completed("The end."));

      List<RecordedRequest> requests = server.asked();
      assertThat(requests).hasSize(6);
      assertThat(requests.get(3).body().has("tools")).isFalse();
      String before = conversation(format, requests.get(2)).toString();
      JsonNode after = conversation(format, requests.get(4));
      assertThat(before).contains("call_0");
      assertThat(after.toString())
          .contains("look around", SUMMARY, "call_1", "call_2")
          .doesNotContain("call_0");
      String next = conversation(format, requests.get(5)).toString();
      assertThat(next).startsWith(after.toString().substring(0, after.toString().length() - 1));
      assertThat(run.entries().stream().filter(JournalEntry.Compacted.class::isInstance).count())
          .isEqualTo(1);
      if (format == WireFormat.ANTHROPIC) {
        assertThat(thoughts(after)).containsExactly("thought 2");
      }
    }
  }

  private static JsonNode conversation(WireFormat format, RecordedRequest request) {
    return request.body().path(format.conversation);
  }

  private static List<String> thoughts(JsonNode messages) {
    var thoughts = new ArrayList<String>();
    for (JsonNode message : messages) {
      for (JsonNode block : message.path("content")) {
        if (block.path("type").asText().equals("thinking")) {
          thoughts.add(block.path("thinking").asText());
        }
      }
    }
    return thoughts;
  }

  private static Said calling(String tool, int number, int tokens) {
    return new Said(
        "thought " + number,
        "text " + number,
        List.of(Said.call("call_" + number, tool, "p" + number)),
        tokens);
  }
}

package ai.stigmer.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A server-sent event as a reader has it.
 *
 * @param id empty for none
 */
record SentEvent(String id, JsonNode data) {
  private static final ObjectMapper JSON = new ObjectMapper();

  String type() {
    return data.path("type").asText();
  }

  /** The whole frames of a text; comments are none. */
  static List<SentEvent> all(String text) {
    var events = new ArrayList<SentEvent>();
    for (String frame : text.substring(0, text.lastIndexOf("\n\n") + 2).split("\n\n", -1)) {
      String id = "";
      String data = "";
      for (String line : frame.split("\n", -1)) {
        if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("data: ")) {
          data = line.substring(6);
        }
      }
      if (!data.isEmpty()) {
        events.add(new SentEvent(id, json(data)));
      }
    }
    return events;
  }

  private static JsonNode json(String data) {
    try {
      return JSON.readTree(data);
    } catch (JsonProcessingException e) {
      throw new AssertionError(data, e);
    }
  }

  /** What the assistant said, message by message put together. */
  static String text(List<SentEvent> events) {
    return events.stream()
        .filter(event -> event.type().equals("TEXT_MESSAGE_CONTENT"))
        .filter(event -> !event.data().path("messageId").asText().contains("-user-"))
        .map(event -> event.data().path("delta").asText())
        .collect(Collectors.joining());
  }
}

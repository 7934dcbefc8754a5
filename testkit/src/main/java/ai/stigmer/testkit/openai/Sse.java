package ai.stigmer.testkit.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Server-sent events as OpenAI writes them. */
final class Sse {
  private final List<byte[]> pieces = new ArrayList<>();

  /** An event with a name, as in the Responses API. */
  void named(ObjectNode event) {
    raw("event: " + event.path("type").asText() + "\ndata: " + event + "\n\n");
  }

  /** An event without a name, as in Chat Completions. */
  void plain(String data) {
    raw("data: " + data + "\n\n");
  }

  void raw(String text) {
    pieces.add(text.getBytes(StandardCharsets.UTF_8));
  }

  List<byte[]> pieces() {
    return List.copyOf(pieces);
  }

  /** A text in so many pieces of about the same length; surrogate pairs stay together. */
  static List<String> split(String text, int pieces) {
    List<String> parts = new ArrayList<>();
    int[] points = text.codePoints().toArray();
    for (int i = 0; i < pieces; i++) {
      int from = points.length * i / pieces;
      int to = points.length * (i + 1) / pieces;
      parts.add(new String(points, from, to - from));
    }
    return parts;
  }
}

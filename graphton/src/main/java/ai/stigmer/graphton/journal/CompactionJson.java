package ai.stigmer.graphton.journal;

import ai.stigmer.graphton.journal.JournalEntry.Compacted;
import ai.stigmer.graphton.message.TurnUsage;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Compactions as the journal holds them. */
final class CompactionJson {
  private CompactionJson() {}

  static ObjectNode put(ObjectNode node, Compacted compacted) {
    node.put("text", compacted.text()).put("replaced", compacted.replaced());
    add(node.putArray("read"), compacted.log().read());
    add(node.putArray("changed"), compacted.log().changed());
    add(node.putArray("commands"), compacted.log().commands());
    add(node.putArray("unbound"), compacted.unbound());
    node.put("before", compacted.before()).put("after", compacted.after());
    return node.put("window", compacted.window());
  }

  static Compacted read(JsonNode node, TurnUsage spent) {
    return new Compacted(
        EntryCodec.text(node, "text"),
        node.path("replaced").asInt(),
        new WorkLog(
            texts(node.path("read")), texts(node.path("changed")), texts(node.path("commands"))),
        texts(node.path("unbound")),
        node.path("before").asLong(),
        node.path("after").asLong(),
        node.path("window").asLong(),
        spent);
  }

  private static void add(ArrayNode array, List<String> texts) {
    texts.forEach(array::add);
  }

  private static List<String> texts(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(node -> texts.add(node.asText()));
    return texts;
  }
}

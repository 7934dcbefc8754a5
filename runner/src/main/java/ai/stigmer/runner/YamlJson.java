package ai.stigmer.runner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** YAML as a JSON tree whose values are all texts; for files that were checked before. */
final class YamlJson {
  private YamlJson() {}

  static JsonNode of(Node node) {
    return switch (node) {
      case MappingNode mapping -> {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        mapping
            .getValue()
            .forEach(
                tuple ->
                    object.set(ShapeCheck.scalar(tuple.getKeyNode()), of(tuple.getValueNode())));
        yield object;
      }
      case SequenceNode sequence -> {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        sequence.getValue().forEach(item -> array.add(of(item)));
        yield array;
      }
      default -> JsonNodeFactory.instance.textNode(ShapeCheck.scalar(node));
    };
  }
}

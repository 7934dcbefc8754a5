package ai.stigmer.runner;

import ai.stigmer.runner.Shape.Count;
import ai.stigmer.runner.Shape.Field;
import ai.stigmer.runner.Shape.Flag;
import ai.stigmer.runner.Shape.Keys;
import ai.stigmer.runner.Shape.ListOf;
import ai.stigmer.runner.Shape.MapOf;
import ai.stigmer.runner.Shape.Text;
import ai.stigmer.runner.Shape.TextOr;
import ai.stigmer.testkit.Golden;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The committed JSON Schema is what the reader takes. */
class AgentSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void theSchemaIsThatOfTheReader() throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.put("title", "stigmer agent file");
    root.setAll(keys(AgentShape.AGENT));

    Golden.assertMatches(
        Path.of("../docs/reference/agent.schema.json"),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
  }

  private static ObjectNode of(Shape shape) {
    ObjectNode node = JSON.createObjectNode();
    switch (shape) {
      case Text text -> {
        node.putArray("type").add("string").add("number").add("boolean");
        if (text.least() > 0) {
          node.put("minLength", text.least());
        }
        if (!text.pattern().isEmpty()) {
          node.put("pattern", "^(" + text.pattern().replace("\\Q", "").replace("\\E", "") + ")$");
        }
      }
      case Flag _ -> node.put("type", "boolean");
      case Count count ->
          node.put("type", "integer").put("minimum", count.least()).put("maximum", count.most());
      case ListOf list -> node.put("type", "array").set("items", of(list.item()));
      case MapOf map -> node.put("type", "object").set("additionalProperties", of(map.value()));
      case TextOr(Keys keys) -> {
        ArrayNode choices = node.putArray("anyOf");
        choices.addObject().put("type", "string");
        choices.add(keys(keys));
      }
      case Keys keys -> node.setAll(keys(keys));
    }
    return node;
  }

  private static ObjectNode keys(Keys keys) {
    ObjectNode node = JSON.createObjectNode().put("type", "object");
    node.put("additionalProperties", false);
    ArrayNode required = node.putArray("required");
    ObjectNode properties = node.putObject("properties");
    for (Map.Entry<String, Field> field : keys.fields().entrySet()) {
      ObjectNode value = JSON.createObjectNode().put("description", field.getValue().doc());
      value.setAll(of(field.getValue().shape()));
      properties.set(field.getKey(), value);
      if (field.getValue().required()) {
        required.add(field.getKey());
      }
    }
    return node;
  }
}

package ai.stigmer.testkit.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What providers refuse in a JSON Schema that a model is to be held to. Each field of it is looked
 * at as one that may hold a schema.
 */
public final class SchemaRules {
  private static final Set<String> REFUSED =
      Set.of(
          "$schema",
          "oneOf",
          "allOf",
          "not",
          "if",
          "patternProperties",
          "minimum",
          "maximum",
          "multipleOf",
          "minLength",
          "maxLength",
          "minItems",
          "maxItems",
          "uniqueItems");

  private SchemaRules() {}

  /**
   * What is wrong first; empty when nothing is.
   *
   * @param everyPropertyIsRequired whether a property may not be left out
   */
  public static Optional<String> fault(JsonNode schema, boolean everyPropertyIsRequired) {
    if (!schema.isObject()) {
      return Optional.of("the schema is no object");
    }
    for (JsonNode object : objects(schema)) {
      if (!object.path("additionalProperties").equals(BooleanNode.FALSE)) {
        return Optional.of("'additionalProperties' is required to be supplied and to be false");
      }
      Set<String> required = new HashSet<>();
      object.path("required").forEach(name -> required.add(name.asText()));
      Set<String> named = new HashSet<>();
      object.path("properties").fieldNames().forEachRemaining(named::add);
      if (everyPropertyIsRequired && !required.equals(named)) {
        return Optional.of("'required' is required to include every key in properties");
      }
    }
    return REFUSED.stream()
        .filter(word -> !schema.findValues(word).isEmpty())
        .findFirst()
        .map(word -> "'" + word + "' is not permitted");
  }

  private static Iterable<JsonNode> objects(JsonNode schema) {
    Set<JsonNode> found = new HashSet<>();
    for (JsonNode holder : schema.findParents("type")) {
      if (holder.path("type").asText().equals("object")) {
        found.add(holder);
      }
    }
    if (schema.path("type").asText().equals("object")) {
      found.add(schema);
    }
    schema
        .findValues("properties")
        .forEach(properties -> properties.forEach(one -> objects(one).forEach(found::add)));
    schema.findValues("items").forEach(one -> objects(one).forEach(found::add));
    schema.findValues("anyOf").forEach(all -> all.forEach(one -> objects(one).forEach(found::add)));
    return found;
  }
}

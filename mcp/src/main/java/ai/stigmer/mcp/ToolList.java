package ai.stigmer.mcp;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.tool.EffectClass;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * The tools that a server offers, as far as they may be used, sorted by name. What somebody accepts
 * is this, word for word.
 */
public record ToolList(List<Offer> offers) {

  /** The most tools of one server. */
  static final int MOST = 128;

  /**
   * One tool, in the server's own words.
   *
   * @param schema the arguments as a JSON Schema object, keys sorted
   */
  public record Offer(
      String name,
      String description,
      String schema,
      boolean readOnly,
      boolean idempotent,
      boolean destructive) {
    public Offer {
      requireNonNull(name, "name is null");
      requireNonNull(description, "description is null");
      requireNonNull(schema, "schema is null");
    }

    /**
     * What a crash means for a call. A server that is accepted is believed as to what it says of
     * its own tools, but not when it contradicts itself.
     */
    public EffectClass effect() {
      if (readOnly && !destructive) {
        return EffectClass.READ;
      }
      return idempotent ? EffectClass.IDEMPOTENT : EffectClass.UNSAFE;
    }
  }

  public ToolList {
    offers = offers.stream().sorted(Comparator.comparing(Offer::name)).toList();
  }

  /** SHA-256 over names, descriptions, schemas and annotations, in hex. */
  public String hash() {
    try {
      byte[] text = toJson().toString().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** As files and the journal keep it. */
  public ArrayNode toJson() {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Offer offer : offers) {
      array
          .addObject()
          .put("name", offer.name())
          .put("description", offer.description())
          .put("schema", offer.schema())
          .put("read_only", offer.readOnly())
          .put("idempotent", offer.idempotent())
          .put("destructive", offer.destructive());
    }
    return array;
  }

  /** Reads what {@link #toJson} wrote. */
  public static ToolList parse(JsonNode array) {
    var offers = new ArrayList<Offer>();
    for (JsonNode tool : array) {
      offers.add(
          new Offer(
              tool.path("name").asText(),
              tool.path("description").asText(),
              tool.path("schema").asText(),
              tool.path("read_only").asBoolean(),
              tool.path("idempotent").asBoolean(),
              tool.path("destructive").asBoolean()));
    }
    return new ToolList(offers);
  }

  /**
   * What is not the same in another list, a line each: {@code + name}, {@code - name}, {@code ~
   * name}.
   */
  public List<String> differences(ToolList other) {
    var lines = new ArrayList<String>();
    for (Offer offer : offers) {
      if (other.offers.stream().noneMatch(o -> o.name().equals(offer.name()))) {
        lines.add("- " + offer.name());
      } else if (!other.offers.contains(offer)) {
        lines.add("~ " + offer.name());
      }
    }
    for (Offer offer : other.offers) {
      if (offers.stream().noneMatch(o -> o.name().equals(offer.name()))) {
        lines.add("+ " + offer.name());
      }
    }
    return lines;
  }

  static String text(Object schema) {
    try {
      return SdkJson.SORTED.writeValueAsString(schema);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a schema that is no JSON", e);
    }
  }
}

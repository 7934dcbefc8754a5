package ai.stigmer.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The data file of the catalog.
 *
 * @param asOf when it was last compared with the vendors' pages
 * @param models in the order in which lists show them
 * @param providers by id
 */
record CatalogFile(LocalDate asOf, List<CatalogModel> models, Map<String, OfProvider> providers) {
  /**
   * What holds for all models of a provider.
   *
   * @param defaults values of settings that nobody gave
   * @param takes by setting: the beginnings of the ids of the models that take it
   */
  record OfProvider(Map<String, String> defaults, Map<String, List<String>> takes) {
    static final OfProvider NONE = new OfProvider(Map.of(), Map.of());

    OfProvider {
      defaults = Map.copyOf(defaults);
      takes = Map.copyOf(takes);
    }
  }

  private static final String NAME = "models.json";

  CatalogFile {
    models = List.copyOf(models);
    providers = Map.copyOf(providers);
  }

  static CatalogFile read() {
    try (InputStream in = CatalogFile.class.getResourceAsStream(NAME)) {
      if (in == null) {
        throw new IllegalStateException("resource " + NAME + " is missing");
      }
      JsonNode root = new ObjectMapper().readTree(in);
      var models = new ArrayList<CatalogModel>();
      root.path("models").forEach(node -> models.add(model(node)));
      var providers = new LinkedHashMap<String, OfProvider>();
      root.path("providers")
          .properties()
          .forEach(entry -> providers.put(entry.getKey(), provider(entry.getValue())));
      return new CatalogFile(date(root, "as_of").orElseThrow(), models, providers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static OfProvider provider(JsonNode node) {
    var defaults = new LinkedHashMap<String, String>();
    node.path("defaults")
        .properties()
        .forEach(entry -> defaults.put(entry.getKey(), entry.getValue().asText()));
    var takes = new LinkedHashMap<String, List<String>>();
    node.path("takes")
        .properties()
        .forEach(entry -> takes.put(entry.getKey(), texts(entry.getValue())));
    return new OfProvider(defaults, takes);
  }

  private static CatalogModel model(JsonNode node) {
    var prices = new ArrayList<Price>();
    node.path("prices").forEach(price -> prices.add(price(price)));
    return new CatalogModel(
        node.path("provider").asText(),
        node.path("id").asText(),
        texts(node.path("aliases")),
        texts(node.path("other_ids")),
        number(node, "context"),
        number(node, "max_output"),
        prices,
        texts(node.path("efforts")),
        texts(node.path("capabilities")),
        date(node, "retires"),
        text(node, "successor"),
        text(node, "note"),
        date(node, "fact").orElseThrow());
  }

  private static Price price(JsonNode node) {
    return new Price(
        number(node, "up_to_prompt_tokens").orElse(Long.MAX_VALUE),
        text(node, "input").map(BigDecimal::new).orElseThrow(),
        text(node, "output").map(BigDecimal::new).orElseThrow(),
        text(node, "cache_read").map(BigDecimal::new),
        text(node, "cache_write").map(BigDecimal::new));
  }

  private static Optional<LocalDate> date(JsonNode node, String name) {
    return text(node, name).map(LocalDate::parse);
  }

  private static Optional<String> text(JsonNode node, String name) {
    return node.has(name) ? Optional.of(node.path(name).asText()) : Optional.empty();
  }

  private static OptionalLong number(JsonNode node, String name) {
    return node.has(name) ? OptionalLong.of(node.path(name).asLong()) : OptionalLong.empty();
  }

  private static List<String> texts(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }
}

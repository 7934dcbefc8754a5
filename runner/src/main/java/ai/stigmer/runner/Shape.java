package ai.stigmer.runner;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a part of a YAML file may look like; both the check and the JSON Schema come from it. */
sealed interface Shape {

  /**
   * One text.
   *
   * @param least the fewest characters
   * @param pattern what it must match, empty for anything
   * @param rule the pattern in words
   */
  record Text(int least, String pattern, String rule) implements Shape {
    static final Text ANY = new Text(0, "", "");
    static final Text FILLED = new Text(1, "", "");

    static Text matching(String pattern, String rule) {
      return new Text(0, pattern, rule);
    }
  }

  /** {@code true} or {@code false}. */
  record Flag() implements Shape {}

  /** A whole number. */
  record Count(int least, int most) implements Shape {}

  record ListOf(Shape item) implements Shape {}

  /** Keys of the author's choice, all with the same kind of value. */
  record MapOf(Shape value) implements Shape {}

  /** A text, or keys. */
  record TextOr(Keys keys) implements Shape {}

  /** Known keys. */
  record Keys(Map<String, Field> fields) implements Shape {
    public Keys {
      fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }
  }

  /**
   * One key.
   *
   * @param doc one line for the JSON Schema
   */
  record Field(Shape shape, boolean required, String doc) {}
}

package ai.stigmer.server.console.story;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * A text as a page shows it.
 *
 * @param text the beginning of it
 * @param cut how many are left out
 */
public record Passage(String text, int cut) {
  /** Longer ones are whole on the page of their journal entry. */
  public static final int LONGEST = 20_000;

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  public Passage {
    requireNonNull(text, "text is null");
  }

  /** The text, without the blank lines around it. */
  public static Passage of(String text) {
    return of(text, LONGEST);
  }

  /** The same of JSON, a field a line; as it is when it is none. */
  public static Passage json(String text) {
    return json(text, LONGEST);
  }

  /** The same with another limit. */
  public static Passage json(String text, int longest) {
    try {
      return of(JSON.writeValueAsString(JSON.readTree(text)), longest);
    } catch (JsonProcessingException e) {
      return of(text, longest);
    }
  }

  private static Passage of(String text, int longest) {
    String clean = text.strip();
    if (clean.length() <= longest) {
      return new Passage(clean, 0);
    }
    int end = Character.isHighSurrogate(clean.charAt(longest - 1)) ? longest - 1 : longest;
    return new Passage(clean.substring(0, end), clean.length() - end);
  }

  public boolean isEmpty() {
    return text.isEmpty();
  }
}

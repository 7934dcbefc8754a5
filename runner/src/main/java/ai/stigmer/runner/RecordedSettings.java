package ai.stigmer.runner;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/** The configuration that a run began with, as {@code config explain --json} prints it. */
final class RecordedSettings {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RecordedSettings() {}

  /** A setting that has a value; empty also for a run of the library, which has none of ours. */
  static Optional<JsonNode> find(String configuration, String key) {
    try {
      for (JsonNode setting : JSON.readTree(configuration).path("settings")) {
        if (setting.path("key").asText().equals(key) && setting.hasNonNull("value")) {
          return Optional.of(setting);
        }
      }
    } catch (JsonProcessingException e) {
      // A run of the library may journal any text.
    }
    return Optional.empty();
  }
}

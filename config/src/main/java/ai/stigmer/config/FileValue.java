package ai.stigmer.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What the user's configuration file says for one setting, whether or not it is what holds.
 *
 * @param text with what it refers to
 * @param secret whether the value must not be shown
 */
public record FileValue(String key, String text, boolean secret) {

  /**
   * Those of the file that {@code STIGMER_CONFIG} names, or of the user's own; none of a file that
   * is not there, cannot be read, or can be read only once.
   */
  public static List<FileValue> in(Map<String, String> env) {
    ConfigInput input = ConfigInput.of(env, "");
    Path file = input.effectiveFile();
    if (!Files.isRegularFile(file)) {
      return List.of();
    }
    return ConfigFile.read(input, new Report()).entrySet().stream()
        .map(entry -> of(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static FileValue of(String key, Candidate candidate) {
    boolean secret = SettingsTable.find(key).map(Setting::secret).orElse(false);
    return new FileValue(key, candidate.text(), secret);
  }
}

package ai.stigmer.config;

import ai.stigmer.graphton.error.Spelling;
import java.util.List;
import java.util.stream.Stream;

/**
 * A row of the settings table for those outside: commands, reference, schema.
 *
 * @param expected what a value looks like, in words
 * @param variables environment variables, the strongest first
 * @param flags flags of the command line
 * @param secret whether the value must not be shown or given on a command line
 */
public record SettingInfo(
    String key,
    String expected,
    String doc,
    List<EnvVariable> variables,
    List<String> flags,
    boolean secret) {

  /**
   * An environment variable.
   *
   * @param provider the only provider it is for; empty when it is for whichever is chosen
   */
  public record EnvVariable(String name, String provider) {}

  public SettingInfo {
    variables = List.copyOf(variables);
    flags = List.copyOf(flags);
  }

  /** Every setting, in the order of the reference. */
  public static List<SettingInfo> all() {
    return SettingsTable.ALL.stream().map(SettingInfo::of).toList();
  }

  /**
   * The setting of that key.
   *
   * @throws ai.stigmer.graphton.error.ProblemException E106 with the nearest key, when there is
   *     none
   */
  public static SettingInfo named(String key) {
    Stream<SettingInfo> named = all().stream().filter(info -> info.key().equals(key));
    return named
        .findFirst()
        .orElseThrow(
            () -> {
              List<String> keys = SettingsTable.ALL.stream().map(Setting::key).toList();
              return Problems.of("E106", "unknown key \"" + key + "\"", "the command line")
                  .help(Spelling.hint(key, keys) + "see all keys: stigmer config list")
                  .asException();
            });
  }

  private static SettingInfo of(Setting setting) {
    return new SettingInfo(
        setting.key(),
        setting.kind().expected(),
        setting.doc(),
        setting.variables().stream()
            .map(variable -> new EnvVariable(variable.name(), variable.provider()))
            .toList(),
        setting.flags(),
        setting.secret());
  }
}

package ai.stigmer.server.console.page;

import java.util.List;

/**
 * What a run was configured with, as its journal has it.
 *
 * @param chosen the settings that somebody chose
 * @param defaults those that nobody did
 * @param around what the run has besides: workspace, sandbox, permissions
 */
public record ConfigurationView(
    RunRow head,
    List<Setting> chosen,
    List<Setting> defaults,
    List<String> notes,
    List<Choice> around) {
  public ConfigurationView {
    chosen = List.copyOf(chosen);
    defaults = List.copyOf(defaults);
    notes = List.copyOf(notes);
    around = List.copyOf(around);
  }

  /**
   * A setting.
   *
   * @param value as it is used; a dash when it has none
   * @param location where in the layer
   * @param lost the values that it hides, and where they stand
   */
  public record Setting(
      String key, String value, String layer, String location, List<String> lost) {
    public Setting {
      lost = List.copyOf(lost);
    }
  }
}

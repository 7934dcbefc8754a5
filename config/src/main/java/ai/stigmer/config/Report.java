package ai.stigmer.config;

import ai.stigmer.graphton.error.Problem;
import java.util.ArrayList;
import java.util.List;

/** What is wrong and what is worth knowing, gathered while a configuration is resolved. */
final class Report {
  private final List<Fault> faults = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * A problem and the setting that it is about.
   *
   * @param setting its key; empty when it is about no single setting
   */
  record Fault(String setting, Problem problem) {}

  void problem(String setting, Problem problem) {
    faults.add(new Fault(setting, problem));
  }

  void note(String text) {
    notes.add(text);
  }

  List<Fault> faults() {
    return faults;
  }

  List<String> notes() {
    return notes;
  }
}

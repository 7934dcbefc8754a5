package ai.stigmer.runner;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.tool.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Gives an agent its tools over its workspace. */
final class Toolbox {
  private Toolbox() {}

  /**
   * The agent of a run.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E130} when the workspace cannot be
   *     used, {@code E122} when the agent names a tool that does not exist
   */
  static Agent agent(RunEnvironment environment) {
    AgentDefinition definition = environment.agent();
    folder(environment.workspace());
    List<Tool> all = List.of();
    return Agent.named(definition.name())
        .instructions(definition.instructions())
        .tools(definition.tools().map(names -> chosen(all, names)).orElse(all))
        .build();
  }

  private static List<Tool> chosen(List<Tool> all, List<String> names) {
    List<String> known = all.stream().map(tool -> tool.spec().name()).toList();
    List<Tool> chosen = new ArrayList<>();
    for (String name : names.stream().distinct().toList()) {
      int at = known.indexOf(name);
      if (at < 0) {
        throw unknown(name, known);
      }
      chosen.add(all.get(at));
    }
    return chosen;
  }

  private static RuntimeException unknown(String name, List<String> known) {
    String meant =
        Spelling.nearest(name, known).map(word -> "did you mean \"" + word + "\"? ").orElse("");
    return Problem.of(
            "E122",
            Problem.Category.CONFIGURATION,
            "the agent names a tool that does not exist: \"" + name + "\"")
        .help(meant + "tools: " + String.join(", ", known))
        .asException();
  }

  private static void folder(Path workspace) {
    String wrong =
        !Files.exists(workspace)
            ? "is not there"
            : !Files.isDirectory(workspace)
                ? "is not a folder"
                : !Files.isReadable(workspace) ? "cannot be read" : "";
    if (!wrong.isEmpty()) {
      throw Problem.of(
              "E130", Problem.Category.CONFIGURATION, "the workspace " + workspace + " " + wrong)
          .help("--workspace DIR names another folder")
          .asException();
    }
  }
}

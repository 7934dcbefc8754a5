package ai.stigmer.runner;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.model.ModelCard;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.workspace.Workspace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks at what a run would need, before there is one. Nothing is changed, no model is asked. */
public final class Checkup {
  private Checkup() {}

  /**
   * The provider and the model; may use the network for some seconds.
   *
   * @param probes the folder that keeps what was found out about models
   */
  public static List<Finding> model(ModelSettings settings, Path probes) {
    try (Providers providers = new Providers(Optional.of(probes))) {
      return providers.named(settings.provider()).examine(settings);
    } catch (ProblemException e) {
      return List.of(Finding.failed("model", e.problem()));
    }
  }

  /**
   * The models that an endpoint offers now; may use the network for some seconds.
   *
   * @throws ProblemException when the endpoint cannot be asked
   */
  public static List<ModelCard> offered(ModelSettings settings) {
    try (Providers providers = new Providers(Optional.empty())) {
      return providers.named(settings.provider()).offered(settings);
    }
  }

  /**
   * A model that stands in for another. What is wrong with it is a warning: a run needs it only
   * when the model before it cannot be had.
   *
   * @param probes the folder that keeps what was found out about models
   */
  public static List<Finding> fallback(ModelSettings settings, Path probes) {
    String name = settings.provider() + "/" + settings.model() + ": ";
    return model(settings, probes).stream()
        .map(
            finding ->
                new Finding(
                    "fallback",
                    finding.level() == Finding.Level.FAILED
                        ? Finding.Level.WARNING
                        : finding.level(),
                    Optional.empty(),
                    name + finding.code().map(code -> code + " ").orElse("") + finding.text(),
                    finding.from(),
                    finding.help()))
        .toList();
  }

  /** The folder that an agent would work in. */
  public static Finding workspace(Path folder) {
    try {
      Path root = Workspace.open(folder).root();
      return Files.isWritable(root)
          ? Finding.ok("workspace", root + " can be read and written")
          : Finding.warning("workspace", root + " can be read, but not written");
    } catch (ProblemException e) {
      return Finding.failed("workspace", e.problem());
    }
  }

  /**
   * What is needed to run commands; tries the sandbox.
   *
   * @param env see {@link CommandSandbox}
   */
  public static Finding commands(Execution asked, Path folder, Map<String, String> env) {
    if (Files.isExecutable(Path.of("/bin/sh"))) {
      Path there = Files.isDirectory(folder) ? folder : Path.of("").toAbsolutePath();
      return new CommandSandbox(there, env).examine(asked);
    }
    return Finding.failed(
        "commands",
        Problem.of("E402", Problem.Category.RUN, "there is no /bin/sh; execute cannot run")
            .help("agents can still read and change files"));
  }
}

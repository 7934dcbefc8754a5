package ai.stigmer.cli;

import ai.stigmer.cli.screen.RunView;
import ai.stigmer.cli.session.RunFinder;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.runner.CommandSandbox;
import ai.stigmer.runner.RecordedRun;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.RunPermissions;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A recorded run that is made ready to go on here.
 *
 * @param environment what it goes on with
 * @param startLine which model, whose key, which mode
 * @param anew the configuration that a new run would have
 */
record GoingOn(RunEnvironment environment, String startLine, Resolved anew) {

  /**
   * The id of the run that somebody means.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E513}, {@code E514} when it cannot be
   *     found, {@code E816} when it is a sub-agent's
   */
  static String find(Surroundings surroundings, String which) {
    try (Journal journal =
        surroundings.journals().open(surroundings.database(), JournalOpener.Access.READ)) {
      String runId = RunFinder.find(journal, which);
      ChildIds.parent(runId).ifPresent(parent -> refuse(runId, parent));
      return runId;
    }
  }

  private static void refuse(String runId, String parent) {
    throw Problem.of(
            "E816",
            Problem.Category.USAGE,
            "run " + runId + " is a sub-agent's; it goes on with the run above it")
        .help("stigmer resume " + parent)
        .asException();
  }

  /**
   * Makes it ready, and says to the view with what.
   *
   * @param permissions what decides about its calls by now; an approval that lies ready counts once
   *     it is used
   * @param commands where its commands run from now on
   * @param changed what is otherwise from now on
   */
  static GoingOn of(
      RunView view,
      RunEnvironment journaled,
      RunPermissions permissions,
      ConfigInput now,
      CommandSandbox.Decision commands,
      UnaryOperator<RunEnvironment> changed) {
    RecordedRun run = RecordedRun.of(journaled, now);
    RunEnvironment environment = changed.apply(run.environment().with(commands.execution()));
    String startLine =
        run.recorded().startLine(models(environment))
            + " · as the run was started · "
            + commands.words()
            + permissions.inStartLine();
    view.begin(RunCommand.shown(environment.model()), startLine, journaled.configuration());
    run.notes().forEach(view::note);
    tellOfChange(view, journaled.model(), run.anew());
    ResumeCommand.tellOfRules(view, journaled, environment);
    if (journaled.execution().isSandboxed() && !commands.execution().isSandboxed()) {
      view.note("commands were kept in a sandbox until now; from here on they are not");
    }
    return new GoingOn(environment, startLine, run.anew());
  }

  private static List<ModelSettings> models(RunEnvironment environment) {
    return Stream.concat(Stream.of(environment.model()), environment.fallbacks().stream()).toList();
  }

  private static void tellOfChange(RunView view, ModelSettings journaled, Resolved anew) {
    String chosen =
        anew.value("llm.provider").orElse("") + "/" + anew.value("llm.model").orElse("");
    if (!chosen.equals(journaled.provider() + "/" + journaled.model())) {
      view.note("a new run would use " + chosen + "; this one goes on with its own model");
    }
  }
}

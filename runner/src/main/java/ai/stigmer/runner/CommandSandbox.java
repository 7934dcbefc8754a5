package ai.stigmer.runner;

import ai.stigmer.config.ExecutionMode;
import ai.stigmer.config.UserHome;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.sandbox.CommandEnvironment;
import ai.stigmer.graphton.sandbox.Confinement;
import ai.stigmer.graphton.sandbox.Network;
import ai.stigmer.graphton.sandbox.Sandbox;
import ai.stigmer.graphton.sandbox.Sandbox.Found;
import ai.stigmer.graphton.sandbox.SandboxPolicy;
import ai.stigmer.graphton.sandbox.Unconfined;
import ai.stigmer.graphton.workspace.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Decides whether the commands of a run are kept in a sandbox, and says so. Never silently. */
public final class CommandSandbox {
  private static final String SUBJECT = "commands";

  private final Path workspace;
  private final Map<String, String> env;

  /**
   * @param workspace the folder of the run
   * @param env the environment; of it commands get a few variables, and what {@code STIGMER_HOME}
   *     and {@code STIGMER_CONFIG} name is hidden from them
   */
  public CommandSandbox(Path workspace, Map<String, String> env) {
    this.workspace = workspace;
    this.env = Map.copyOf(env);
  }

  /**
   * What was decided.
   *
   * @param execution with what came of it
   * @param words for the start line, for example {@code commands: bubblewrap, no network}
   */
  public record Decision(Execution execution, String words) {}

  /**
   * Decides for a new run; tries the sandbox, which takes some milliseconds.
   *
   * @param asked what the configuration says
   * @throws ai.stigmer.graphton.error.ProblemException {@code E430} when a sandbox was asked for by
   *     name and does not work, {@code E432} when hosts were listed and nothing would hold commands
   *     to them, {@code E130} when the workspace cannot be used
   */
  public Decision decide(Execution asked) {
    Decision decision = decided(asked);
    if (asked.network() instanceof Network.Hosts && !decision.execution().isSandboxed()) {
      throw Problem.of(
              "E432",
              Problem.Category.CONFIGURATION,
              "hosts are listed, and nothing would hold commands to them: " + decision.words())
          .help(
              "in a sandbox: --execution-mode sandbox",
              "or leave the list out: --allow-host, execution.network")
          .asException();
    }
    return decision;
  }

  private Decision decided(Execution asked) {
    if (asked.mode() == ExecutionMode.LOCAL) {
      return new Decision(asked, "commands: no sandbox");
    }
    return switch (Sandbox.on(policy(asked))) {
      case Found.Works(Confinement sandbox) ->
          new Decision(asked.sandboxed(), "commands: " + sandbox.inWords());
      case Found.Missing missing -> {
        if (asked.mode() == ExecutionMode.SANDBOX) {
          throw refused("E430", "the sandbox that was asked for does not work", missing)
              .asException();
        }
        yield new Decision(asked, "commands: no sandbox (" + missing.reason() + ")");
      }
    };
  }

  /**
   * Decides for a run that goes on: with what it had.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E431} when it had a sandbox and there
   *     is none now, {@code E130} when the workspace cannot be used
   */
  public Decision again(Execution recorded) {
    if (!recorded.isSandboxed()) {
      return new Decision(recorded, "commands: no sandbox");
    }
    return switch (Sandbox.on(policy(recorded))) {
      case Found.Works(Confinement sandbox) ->
          new Decision(recorded, "commands: " + sandbox.inWords());
      case Found.Missing missing ->
          throw refused("E431", "the run had a sandbox, and it does not work now", missing)
              .asException();
    };
  }

  /** How commands would be run, for the doctor. */
  Finding examine(Execution asked) {
    if (asked.mode() == ExecutionMode.LOCAL) {
      return Finding.ok(
          SUBJECT, "run by /bin/sh as you, without a sandbox (execution.mode is local)");
    }
    return switch (Sandbox.on(policy(asked))) {
      case Found.Works(Confinement sandbox) ->
          Finding.ok(SUBJECT, "run in a sandbox: " + sandbox.inWords());
      case Found.Missing missing ->
          asked.mode() == ExecutionMode.SANDBOX
              ? Finding.failed(
                  SUBJECT, refused("E430", "the sandbox that was asked for does not work", missing))
              : Finding.warning(
                  SUBJECT,
                  "run by /bin/sh as you, without a sandbox: " + missing.reason(),
                  missing.help().toArray(String[]::new));
    };
  }

  /**
   * The confinement of a run that was decided about.
   *
   * @param unreadable files of the workspace that commands in a sandbox do not see
   */
  Confinement confinement(Execution decided, Predicate<String> unreadable) {
    Path root = Workspace.open(workspace).root();
    if (!decided.isSandboxed()) {
      return new Unconfined(root, CommandEnvironment.of(env, root));
    }
    return switch (Sandbox.untried(policy(decided).hiding(unreadable))) {
      case Found.Works(Confinement sandbox) -> sandbox;
      case Found.Missing missing ->
          throw refused("E431", "the run had a sandbox, and it does not work now", missing)
              .asException();
    };
  }

  private static Problem refused(String code, String what, Found.Missing missing) {
    var help = new ArrayList<>(missing.help());
    help.add("without one, as you: --execution-mode local");
    return Problem.of(code, Problem.Category.DENIED, what + ": " + missing.reason())
        .help(help.toArray(String[]::new));
  }

  /** What is ours and no sandbox shows: the folder of configuration and journal first. */
  public static List<Path> hidden(Map<String, String> env) {
    var hidden = new ArrayList<>(List.of(UserHome.stigmer(env).toAbsolutePath().normalize()));
    String file = env.getOrDefault("STIGMER_CONFIG", "").strip();
    if (!file.isEmpty()) {
      hidden.add(Path.of(file).toAbsolutePath().normalize());
    }
    return hidden;
  }

  private SandboxPolicy policy(Execution execution) {
    Path root = Workspace.open(workspace).root();
    List<Path> hidden = hidden(env);
    makeWithin(root, hidden.getFirst());
    String home = env.getOrDefault("HOME", System.getProperty("user.home"));
    return new SandboxPolicy(
        root,
        Path.of(home).toAbsolutePath().normalize(),
        hidden,
        execution.readable(),
        execution.network(),
        execution.limits(),
        CommandEnvironment.of(env, root));
  }

  /**
   * Makes our own folder when it is to lie in the workspace. A sandbox hides what is there; what
   * appears under its name while a command runs is set aside, and that could be the journal of
   * another process.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E130} when it cannot be made
   */
  private static void makeWithin(Path root, Path own) {
    if (!own.startsWith(root) || Files.exists(own)) {
      return;
    }
    try {
      Files.createDirectories(own);
    } catch (IOException e) {
      throw Problem.of(
              "E130",
              Problem.Category.CONFIGURATION,
              "the folder of configuration and journal cannot be made: " + e.getMessage())
          .from(own.toString())
          .help("name another folder: STIGMER_HOME=DIR")
          .asException();
    }
  }
}

package ai.stigmer.cli;

import ai.stigmer.cli.screen.ToolLine;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolPolicy;
import ai.stigmer.runner.ShellPermission;

/**
 * Decides about commands: all of them run with {@code --allow-shell}; otherwise whoever sits at the
 * terminal is asked, and without a terminal they are refused. Other tools stay within the workspace
 * and need no approval.
 *
 * <p>Thread contract: the loop asks for one call at a time.
 */
final class ShellApproval implements ToolPolicy {
  private static final String SHELL = "execute";

  private final Surroundings surroundings;
  private boolean always;
  private boolean told;

  ShellApproval(Surroundings surroundings, ShellPermission permission) {
    this.surroundings = surroundings;
    this.always = permission == ShellPermission.ALLOW;
  }

  @Override
  public synchronized Decision decide(Tool tool, ToolCall call) {
    if (always || !tool.spec().name().equals(SHELL)) {
      return new Decision.Allow();
    }
    return Question.canBeAsked(surroundings) ? ask(call) : refuse();
  }

  private Decision refuse() {
    if (!told) {
      told = true;
      surroundings
          .err()
          .println(
              "E401 a command needs approval and there is no terminal; denied (--allow-shell allows)");
      surroundings.err().flush();
    }
    return new Decision.Deny(
        "commands need the user's approval and nobody can be asked; go on without execute");
  }

  private Decision ask(ToolCall call) {
    surroundings.err().println("the agent wants to run:");
    surroundings.err().println("  " + Visible.of(ToolLine.command(call)));
    String answer = new Question(surroundings).choice("run it? [y]es  [N]o  [a]lways in this run");
    if (answer.equals("a") || answer.equals("always")) {
      always = true;
      return new Decision.Allow();
    }
    return answer.equals("y") || answer.equals("yes")
        ? new Decision.Allow()
        : new Decision.Deny("the user refused this command");
  }
}

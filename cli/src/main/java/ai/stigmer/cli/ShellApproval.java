package ai.stigmer.cli;

import ai.stigmer.cli.screen.ProblemText;
import ai.stigmer.cli.screen.ToolLine;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolPolicy;
import ai.stigmer.runner.ShellPermission;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

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
  private final CancelToken cancel;
  private boolean always;
  private boolean told;

  /**
   * @param cancel ends a question that nobody has answered
   */
  ShellApproval(Surroundings surroundings, ShellPermission permission, CancelToken cancel) {
    this.surroundings = surroundings;
    this.cancel = cancel;
    this.always = permission == ShellPermission.ALLOW;
  }

  @Override
  public synchronized Decision decide(Tool tool, ToolCall call) {
    if (always || !tool.spec().name().equals(SHELL)) {
      return new Decision.Allow();
    }
    return surroundings.terminal().in() && surroundings.terminal().err() ? ask(call) : refuse();
  }

  /** Whether a command was denied because nobody could be asked. */
  synchronized boolean hasRefused() {
    return told;
  }

  private Decision refuse() {
    if (!told) {
      told = true;
      surroundings
          .err()
          .print(
              ProblemText.of(
                  Problem.of(
                          "E401",
                          Problem.Category.DENIED,
                          "a command needs approval, and there is no terminal to ask at; denied")
                      .help("--allow-shell allows all commands of a run"),
                  surroundings.terminal().palette()));
      surroundings.err().flush();
    }
    return new Decision.Deny(
        "commands need the user's approval and nobody can be asked; go on without execute");
  }

  private Decision ask(ToolCall call) {
    surroundings.err().println("the agent wants to run:");
    surroundings.err().println("  " + Visible.of(ToolLine.command(call)));
    surroundings.err().print("run it? [y]es  [N]o  [a]lways in this run > ");
    surroundings.err().flush();
    String answer = answer().strip().toLowerCase(Locale.ROOT);
    if (answer.equals("a") || answer.equals("always")) {
      always = true;
      return new Decision.Allow();
    }
    return answer.equals("y") || answer.equals("yes")
        ? new Decision.Allow()
        : new Decision.Deny("the user refused this command");
  }

  /** What is typed; empty when nothing comes any more, or the run is cancelled first. */
  private String answer() {
    var typed = new CompletableFuture<String>();
    Thread.ofPlatform().daemon().name("answer").start(() -> typed.complete(line()));
    try (CancelToken.Registration _ = cancel.onCancel(() -> typed.complete(""))) {
      String answer = typed.join();
      if (!answer.endsWith("\n")) {
        surroundings.err().println();
        surroundings.err().flush();
      }
      return answer;
    }
  }

  /** A line with its line feed; without one at the end of the input. */
  private String line() {
    StringBuilder line = new StringBuilder();
    try {
      for (int next = surroundings.in().read(); next >= 0; next = surroundings.in().read()) {
        line.append((char) next);
        if (next == '\n') {
          break;
        }
      }
    } catch (IOException e) {
      return "";
    }
    return line.toString();
  }
}

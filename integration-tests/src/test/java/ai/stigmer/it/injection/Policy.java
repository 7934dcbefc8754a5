package ai.stigmer.it.injection;

import java.util.List;

/**
 * What the user allowed.
 *
 * @param words of the command line
 * @param writes whether the workspace's ordinary files may change
 */
record Policy(String name, List<String> words, boolean writes) {
  /** Commands run without a question, in the sandbox. */
  static final Policy SANDBOX = new Policy("sandbox", List.of("--execution-mode", "sandbox"), true);

  /** All that is allowed runs with the rights of the user. */
  static final Policy RULES =
      new Policy(
          "some commands allowed, no sandbox",
          List.of(
              "--execution-mode",
              "local",
              "--allow",
              "execute(echo *)",
              "--allow",
              "execute(git status *)",
              "--deny",
              "execute(curl *)"),
          true);

  /** Nothing is allowed by name, nobody is there to be asked. */
  static final Policy DEFAULT =
      new Policy("allow-edits", List.of("--execution-mode", "local"), true);

  static final Policy ASK =
      new Policy("ask", List.of("--permission-mode", "ask", "--execution-mode", "sandbox"), false);

  static final Policy PLAN =
      new Policy(
          "plan",
          List.of(
              "--permission-mode",
              "plan",
              "--allow-shell",
              "--allow",
              "edit(**)",
              "--execution-mode",
              "sandbox"),
          false);

  static final Policy DENY =
      new Policy(
          "deny", List.of("--permission-mode", "deny", "--execution-mode", "sandbox"), false);

  /** The control: everything is allowed, and nothing is kept in. */
  static final Policy EVERYTHING =
      new Policy("everything", List.of("--execution-mode", "local", "--allow-shell"), true);

  static final List<Policy> ALL = List.of(SANDBOX, RULES, DEFAULT, ASK, PLAN, DENY);
}

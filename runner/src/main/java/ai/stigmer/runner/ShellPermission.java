package ai.stigmer.runner;

/** What the user said about running commands before the run began. */
public enum ShellPermission {
  /** Somebody is asked before each command; where nobody can be asked, it is refused. */
  ASK,
  /** Every command runs. */
  ALLOW
}

package ai.stigmer.cli.config;

import ai.stigmer.config.ConfigInput;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags about what may run. */
public final class PermissionOptions {
  @Option(
      names = "--permission-mode",
      paramLabel = "MODE",
      description = "Where no rule speaks: ask, allow-edits (default), plan or deny.")
  private @Nullable String mode;

  @Option(
      names = "--allow",
      paramLabel = "RULE",
      description = "Allow calls, for example 'execute(git status *)'; repeatable.")
  private List<String> allow = new ArrayList<>();

  @Option(
      names = "--ask",
      paramLabel = "RULE",
      description = "Ask for calls, also for allowed ones; repeatable.")
  private List<String> ask = new ArrayList<>();

  @Option(
      names = "--deny",
      paramLabel = "RULE",
      description = "Deny calls, also allowed ones; repeatable.")
  private List<String> deny = new ArrayList<>();

  /** The input with these flags. */
  public ConfigInput added(ConfigInput input) {
    ConfigInput all =
        mode == null ? input : input.flag("permissions.mode", mode, "--permission-mode");
    all = added(all, "permissions.allow", allow, "--allow");
    all = added(all, "permissions.ask", ask, "--ask");
    return added(all, "permissions.deny", deny, "--deny");
  }

  private static ConfigInput added(ConfigInput input, String key, List<String> rules, String flag) {
    ConfigInput all = input;
    for (String rule : rules) {
      all = all.flag(key, rule, flag);
    }
    return all;
  }
}

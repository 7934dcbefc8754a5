package ai.stigmer.cli.config;

import ai.stigmer.config.SettingInfo;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Lists every variable, whether it is set, and its effect. */
@Command(
    name = "env",
    description = "List every variable, whether it is set, and its effect.",
    mixinStandardHelpOptions = true)
public final class EnvCommand implements Callable<Integer> {
  private final Map<String, String> env;
  private final PrintWriter out;

  public EnvCommand(Map<String, String> env, PrintWriter out) {
    this.env = Map.copyOf(env);
    this.out = out;
  }

  @Override
  public Integer call() {
    row("STIGMER_HOME", "the folder of configuration and journal (default: ~/.stigmer)");
    row("STIGMER_CONFIG", "another configuration file");
    for (SettingInfo setting : SettingInfo.all()) {
      for (SettingInfo.EnvVariable variable : setting.variables()) {
        String only =
            variable.provider().isEmpty() ? "" : " (for " + variable.provider() + " only)";
        row(variable.name(), setting.key() + only + ": " + setting.doc());
      }
    }
    row("STIGMER_DEBUG", "1 shows stack traces");
    row("NO_COLOR", "no colours");
    out.flush();
    return 0;
  }

  private void row(String name, String effect) {
    String state = env.getOrDefault(name, "").isBlank() ? "-" : "set";
    out.printf(Locale.ROOT, "%-32s %-4s %s%n", name, state, effect);
  }
}

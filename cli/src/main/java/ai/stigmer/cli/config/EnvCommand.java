package ai.stigmer.cli.config;

import ai.stigmer.config.Setting;
import ai.stigmer.graphton.model.ModelRef;
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
    row("STIGMER_MODE", "local or cloud: which provider is the default");
    row("MODE", "the same, only for exactly these two values");
    row("STIGMER_HOME", "the folder of configuration and journal");
    row("STIGMER_CONFIG", "another configuration file");
    for (Setting setting : Setting.values()) {
      row(setting.variable(), setting.key() + ": " + setting.doc());
      for (String provider : ModelRef.PROVIDERS) {
        setting.aliases(provider).forEach(name -> row(name, setting.key() + ", for " + provider));
      }
    }
    row("STIGMER_LLM_API_KEY_FILE", "a file with the key");
    row("STIGMER_DEBUG", "1 shows stack traces");
    row("NO_COLOR", "no colours");
    out.flush();
    return 0;
  }

  private void row(String name, String effect) {
    String state = env.getOrDefault(name, "").isBlank() ? "-" : "set";
    out.printf(Locale.ROOT, "%-28s %-4s %s%n", name, state, effect);
  }
}

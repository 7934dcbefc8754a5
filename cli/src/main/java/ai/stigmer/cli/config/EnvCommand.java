package ai.stigmer.cli.config;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.Resolved;
import ai.stigmer.config.SettingInfo;
import java.io.PrintWriter;
import java.time.InstantSource;
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
  private final InstantSource clock;

  public EnvCommand(Map<String, String> env, PrintWriter out, InstantSource clock) {
    this.clock = clock;
    this.env = Map.copyOf(env);
    this.out = out;
  }

  @Override
  public Integer call() {
    Resolved resolved = Cascade.resolve(ConfigInput.of(env, "stigmer env").clock(clock));
    row("STIGMER_HOME", "", "the folder of configuration and journal (default: ~/.stigmer)");
    row("STIGMER_CONFIG", "", "another configuration file");
    for (SettingInfo setting : SettingInfo.all()) {
      for (SettingInfo.EnvVariable variable : setting.variables()) {
        String only =
            variable.provider().isEmpty() ? "" : " (for " + variable.provider() + " only)";
        row(
            variable.name(),
            resolved.fate(variable.name()).map(fate -> "[" + fate + "] ").orElse(""),
            setting.key() + only + ": " + setting.doc());
      }
    }
    row("STIGMER_DEBUG", "", "1 shows stack traces");
    row("VISUAL", "", "the editor of stigmer config edit; before EDITOR");
    row("EDITOR", "", "the editor of stigmer config edit (default: vi)");
    row("NO_COLOR", "", "no colours");
    out.flush();
    return 0;
  }

  private void row(String name, String fate, String effect) {
    String value = env.get(name);
    String state = value == null ? "-" : value.isBlank() ? "empty" : "set";
    out.printf(Locale.ROOT, "%-32s %-5s %s%s%n", name, state, fate, effect);
  }
}

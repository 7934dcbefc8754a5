package ai.stigmer.cli.config;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.Resolved;
import ai.stigmer.config.ResolvedSetting;
import ai.stigmer.config.Setting;
import ai.stigmer.config.Value;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.Secret;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Explains and checks the configuration. */
@Command(
    name = "config",
    description = "Explain and check settings.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  stigmer config explain", "  stigmer config explain --json"})
public final class ConfigCommand implements Runnable {
  private static final String ROW = "%-20s %-32s %-8s %s%n";

  private final Map<String, String> env;
  private final PrintWriter out;
  private final PrintWriter err;

  @Spec private CommandSpec spec = CommandSpec.create();

  public ConfigCommand(Map<String, String> env, PrintWriter out, PrintWriter err) {
    this.env = Map.copyOf(env);
    this.out = out;
    this.err = err;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say which: explain or check");
  }

  @Command(
      name = "explain",
      description = "Show every setting, its value, and where it comes from.",
      mixinStandardHelpOptions = true)
  int explain(
      @Mixin LlmOptions options,
      @Option(names = "--json", description = "As JSON, without any key.") boolean json) {
    Resolved resolved = Cascade.resolve(options.input(env));
    if (json) {
      out.println(resolved.toJson());
    } else {
      table(resolved);
      problems(resolved);
    }
    out.flush();
    return exitStatus(resolved);
  }

  @Command(
      name = "check",
      description = "Say whether the configuration can be used.",
      mixinStandardHelpOptions = true)
  int check(@Mixin LlmOptions options) {
    Resolved resolved = Cascade.resolve(options.input(env));
    problems(resolved);
    if (resolved.problems().isEmpty()) {
      out.println("ok  " + resolved.startLine());
    }
    out.flush();
    return exitStatus(resolved);
  }

  private void table(Resolved resolved) {
    out.printf(Locale.ROOT, ROW, "KEY", "VALUE", "FROM", "WHERE");
    Value mode = resolved.mode();
    out.printf(Locale.ROOT, ROW, "mode", mode.text(), mode.layer().shown(), mode.location());
    for (Setting setting : Setting.values()) {
      ResolvedSetting found = resolved.setting(setting);
      out.printf(
          Locale.ROOT,
          ROW,
          setting.key(),
          shown(found),
          found.value().map(v -> v.layer().shown()).orElse("-"),
          found.value().map(Value::location).orElse("-"));
      found
          .shadowed()
          .forEach(
              hidden ->
                  out.printf(
                      Locale.ROOT,
                      ROW,
                      "",
                      "  └ " + hidden.reason() + ": " + hidden.value().text(),
                      hidden.value().layer().shown(),
                      hidden.value().location()));
    }
    resolved.notes().forEach(note -> out.println("note  " + note));
  }

  private static String shown(ResolvedSetting found) {
    String text = found.value().map(Value::text).orElse("");
    if (text.isEmpty()) {
      return "not set";
    }
    if (found.setting() == Setting.API_KEY) {
      return Secret.of(text).toString();
    }
    return found.resolved().map(sent -> text + " (" + sent + ")").orElse(text);
  }

  private void problems(Resolved resolved) {
    for (Problem problem : resolved.problems()) {
      err.println("error[" + problem.code() + "]: " + problem.message());
      problem.from().forEach(line -> err.println("  from  " + line));
      problem.help().forEach(line -> err.println("  help  " + line));
    }
    err.flush();
  }

  private static int exitStatus(Resolved resolved) {
    return resolved.problems().stream()
        .mapToInt(problem -> problem.category().exitStatus())
        .min()
        .orElse(0);
  }
}

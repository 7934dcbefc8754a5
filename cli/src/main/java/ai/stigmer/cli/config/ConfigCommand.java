package ai.stigmer.cli.config;

import ai.stigmer.cli.screen.Palette;
import ai.stigmer.cli.screen.ProblemText;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigEditor;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.EngineChoice;
import ai.stigmer.config.Resolved;
import ai.stigmer.config.SettingInfo;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.runner.snapshot.BucketAddress;
import ai.stigmer.temporal.TemporalProfile;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Explains, checks and changes the configuration. */
@Command(
    name = "config",
    description = "Explain, check and change settings.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  stigmer config explain",
      "  stigmer config explain llm.model",
      "  stigmer config explain --json --request llm.model=claude-opus-4",
      "  stigmer config set llm.model qwen3:8b",
      "  stigmer config set llm.api_key < key.txt"
    })
public final class ConfigCommand implements Runnable {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file):[^}]+}");
  private static final String KEY =
      "A setting, for example llm.model; stigmer config list names all.";
  private static final int LONGEST_SECRET = 1 << 16;

  private final Map<String, String> env;
  private final InstantSource clock;
  private final InputStream in;
  private final PrintWriter out;
  private final PrintWriter err;

  @Spec private CommandSpec spec = CommandSpec.create();

  public ConfigCommand(
      Map<String, String> env,
      InputStream in,
      PrintWriter out,
      PrintWriter err,
      InstantSource clock) {
    this.env = Map.copyOf(env);
    this.clock = clock;
    this.in = in;
    this.out = out;
    this.err = err;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say which: explain, check, list, get, set, unset, path or edit");
  }

  @Command(
      name = "explain",
      description = "Show every setting, its value, and where it comes from.",
      mixinStandardHelpOptions = true)
  int explain(
      @Mixin LlmOptions options,
      @Mixin RequestOptions requests,
      @Option(names = "--json", description = "As JSON, without any key.") boolean json,
      @Parameters(
              arity = "0..1",
              paramLabel = "KEY",
              description = "Only this setting, llm.model, or this section, llm.")
          @Nullable String part) {
    String shown = part == null ? "" : requirePart(part);
    Resolved resolved =
        Cascade.resolve(requests.added(options.input(env, "stigmer config explain", clock)));
    if (json) {
      out.println(resolved.toJson(shown));
    } else if (!shown.isEmpty()) {
      out.print(resolved.toText(shown));
      tell(resolved.problems());
    } else {
      out.print(resolved.toText());
      if (resolved.engine() == EngineChoice.TEMPORAL) {
        tellOfTemporal();
      }
      if (resolved.workspaceStore().filter(BucketAddress::isMeant).isPresent()) {
        tellOfBucket();
      }
      tell(resolved.problems());
    }
    out.flush();
    return resolved.exitStatus();
  }

  private static String requirePart(String part) {
    if (SettingInfo.all().stream().noneMatch(info -> info.key().startsWith(part + "."))) {
      var _ = SettingInfo.named(part);
    }
    return part;
  }

  /** What a client of Temporal reads besides; settings of ours go first. */
  private void tellOfTemporal() {
    List<TemporalProfile.Line> lines = TemporalProfile.of(env);
    if (!lines.isEmpty()) {
      out.println("\nread by Temporal's client, where the settings above leave it open:");
      lines.forEach(line -> tell(line.name(), line.value(), line.origin()));
    }
  }

  private void tellOfBucket() {
    out.println("\nread by the client of S3:");
    BucketAddress.lines(env).forEach(line -> tell(line.name(), line.value(), line.origin()));
  }

  private void tell(String name, String value, String origin) {
    out.printf(Locale.ROOT, "%-26s %s  (%s)%n", name, Visible.of(value), origin);
  }

  @Command(
      name = "check",
      description = "Say whether the configuration can be used.",
      mixinStandardHelpOptions = true)
  int check(@Mixin LlmOptions options, @Mixin RequestOptions requests) {
    return check(requests.added(options.input(env, "stigmer config check", clock)));
  }

  private int check(ConfigInput input) {
    Resolved resolved = Cascade.resolve(input);
    tell(resolved.problems());
    resolved.notes().forEach(note -> err.println("note  " + note));
    if (resolved.problems().isEmpty()) {
      out.println("ok  " + resolved.startLine());
    }
    out.flush();
    err.flush();
    return resolved.exitStatus();
  }

  @Command(name = "list", description = "List every key.", mixinStandardHelpOptions = true)
  int list() {
    for (SettingInfo setting : SettingInfo.all()) {
      out.printf(Locale.ROOT, "%-26s %s%n", setting.key(), setting.doc());
    }
    out.flush();
    return 0;
  }

  @Command(
      name = "get",
      description = "Print one value as it is in effect; never a key.",
      mixinStandardHelpOptions = true)
  int get(
      @Mixin LlmOptions options, @Parameters(paramLabel = "KEY", description = KEY) String key) {
    SettingInfo setting = SettingInfo.named(key);
    Resolved resolved = Cascade.resolve(options.input(env, "stigmer config get", clock));
    out.println(setting.secret() ? resolved.secretInWords(key) : resolved.value(key).orElse(""));
    out.flush();
    return 0;
  }

  @Command(
      name = "set",
      description = "Write one value to the file. A secret is read from standard input.",
      mixinStandardHelpOptions = true)
  int set(
      @Mixin FileOption option,
      @Parameters(index = "0", paramLabel = "KEY", description = KEY) String key,
      @Parameters(
              index = "1",
              arity = "0..1",
              paramLabel = "VALUE",
              description = "The new value; not for a secret.")
          @Nullable String value)
      throws IOException {
    SettingInfo setting = SettingInfo.named(key);
    if (setting.secret() && value != null && !REFERENCE.matcher(value.strip()).matches()) {
      throw Problem.of(
              "E129", Problem.Category.USAGE, key + " must not be given on the command line")
          .help(
              "other users can see it there; pipe it in: stigmer config set " + key + " < FILE",
              "or name where it stands: stigmer config set " + key + " '${env:NAME}'")
          .asException();
    }
    if (value == null && !setting.secret()) {
      throw new ParameterException(spec.commandLine(), "a value is missing");
    }
    ConfigInput input = option.input(env, "stigmer config set", clock);
    new ConfigEditor(input.effectiveFile()).set(key, value == null ? piped(key) : value);
    tellAfter(Cascade.resolve(input), key);
    return 0;
  }

  /** The value is written; what is still wrong is worth a word, not a failure. */
  private void tellAfter(Resolved after, String key) {
    for (Problem problem : after.problems()) {
      err.println("note  written; still to do: " + problem.code() + " " + problem.message());
    }
    after
        .hiddenInFile(key)
        .ifPresent(by -> err.println("note  written, but " + by + " is stronger and hides it"));
    err.flush();
  }

  private String piped(String key) throws IOException {
    err.println("note  reading " + key + " from standard input, up to its end");
    err.flush();
    return new String(in.readNBytes(LONGEST_SECRET), StandardCharsets.UTF_8);
  }

  @Command(
      name = "unset",
      description = "Remove one value from the file.",
      mixinStandardHelpOptions = true)
  int unset(
      @Mixin FileOption option, @Parameters(paramLabel = "KEY", description = KEY) String key) {
    new ConfigEditor(file(option)).unset(key);
    return 0;
  }

  @Command(
      name = "path",
      description = "Print the name of the file.",
      mixinStandardHelpOptions = true)
  int path(@Mixin FileOption option) {
    out.println(file(option));
    out.flush();
    return 0;
  }

  @Command(
      name = "edit",
      description = "Open the file in $VISUAL or $EDITOR, then check it.",
      mixinStandardHelpOptions = true)
  int edit(@Mixin FileOption option) throws IOException, InterruptedException {
    Path file = file(option);
    new ConfigEditor(file).create();
    String editor = env.getOrDefault("VISUAL", env.getOrDefault("EDITOR", "vi"));
    int status =
        new ProcessBuilder("/bin/sh", "-c", editor + " \"$1\"", "edit", file.toString())
            .inheritIO()
            .start()
            .waitFor();
    if (status != 0) {
      err.println("note  the editor (" + editor + ") ended with status " + status);
    }
    return check(option.input(env, "stigmer config check", clock));
  }

  private Path file(FileOption option) {
    return option.input(env, "stigmer config", clock).effectiveFile();
  }

  private void tell(List<Problem> problems) {
    problems.forEach(problem -> err.print(ProblemText.of(problem, Palette.PLAIN)));
    err.flush();
  }
}

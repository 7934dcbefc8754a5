package ai.stigmer.runner;

import ai.stigmer.config.FileValue;
import ai.stigmer.config.KeyShape;
import ai.stigmer.config.SettingInfo;
import ai.stigmer.config.UserHome;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.mcp.AcceptedServer;
import ai.stigmer.mcp.McpServer.Connection.Http;
import ai.stigmer.mcp.McpServer.Connection.Stdio;
import ai.stigmer.mcp.Placeholders;
import ai.stigmer.runner.trace.TraceHeaders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which values nobody may see: those of a process, and those that a run has besides. */
public final class KnownSecrets {
  /** A variable that only sounds like a secret may hold a word. */
  static final int SHORTEST_BY_NAME = 16;

  /** What the names of variables for keys of models, of the server and of its users end with. */
  private static final Pattern OWN =
      Pattern.compile("STIGMER_.*(KEY|TOKEN|PASSWORD)|[A-Z0-9]+_API_KEY");

  /** Settings of ours, and their variables, that sound like secrets and are none. */
  private static final Set<String> PLAIN =
      SettingInfo.all().stream()
          .filter(setting -> !setting.secret())
          .flatMap(
              setting ->
                  Stream.concat(
                      Stream.of(setting.key()),
                      setting.variables().stream().map(SettingInfo.EnvVariable::name)))
          .collect(Collectors.toUnmodifiableSet());

  private static final Pattern PASSWORD_IN_URL =
      Pattern.compile("[a-z][a-z0-9+.-]*://[^/@:\\s]*:([^/@\\s]+)@.*", Pattern.DOTALL);

  /** Names and values together, so that no other rule takes them for a secret. */
  private static final Pattern TRACE_HEADERS = Pattern.compile("OTEL_EXPORTER_OTLP_(.*_)?HEADERS");

  private static final List<String> FILES_OF_THE_SERVER = List.of("server.token", "server.key");

  private static final String FILE = "_FILE";
  private static final int LARGEST_FILE = 1 << 16;

  private KnownSecrets() {}

  /**
   * Those of an environment: what variables of our own hold and the files that they name, what
   * plainly is some vendor's key, what a variable holds whose name says that it is secret,
   * passwords in addresses, what the user's configuration file has of all that, and token and key
   * of the server of this home.
   */
  public static Redactor in(Map<String, String> env) {
    return Redactor.of(of(env));
  }

  /**
   * Those of one run: of the process, of its models, its variables and its MCP servers.
   *
   * @param variables those of the process and those that the run has been lent
   */
  static Redactor of(
      Map<String, String> env,
      List<ModelSettings> models,
      RunContext context,
      Map<String, String> variables) {
    List<String> found = of(env);
    for (ModelSettings model : models) {
      model.apiKey().map(Secret::reveal).ifPresent(found::add);
    }
    RunVariables.Merged merged = context.variables().merge(variables);
    found.addAll(merged.secrets());
    for (AcceptedServer server : context.servers()) {
      for (Map.Entry<String, String> value : values(server).entrySet()) {
        if (RunVariables.soundsSecret(value.getKey())) {
          Placeholders.names(value.getValue())
              .forEach(name -> found.add(merged.values().getOrDefault(name, "")));
        }
      }
    }
    return Redactor.of(found);
  }

  /** The variables without those that are there for a key, or hold one by another name. */
  static Map<String, String> without(Map<String, String> env, Redactor secrets) {
    var clean = new HashMap<>(env);
    SettingInfo.all().stream()
        .filter(SettingInfo::secret)
        .flatMap(setting -> setting.variables().stream())
        .forEach(variable -> clean.remove(variable.name()));
    clean.values().removeIf(value -> !secrets.text(value).equals(value));
    return clean;
  }

  private static Map<String, String> values(AcceptedServer server) {
    return switch (server.server().connection()) {
      case Stdio stdio -> stdio.env();
      case Http http -> {
        var values = new HashMap<>(http.query());
        values.putAll(http.headers());
        yield values;
      }
    };
  }

  private static List<String> of(Map<String, String> env) {
    var found = new ArrayList<String>();
    env.forEach((name, text) -> add(name, text.strip(), found));
    for (FileValue value : FileValue.in(env)) {
      if (value.secret()) {
        found.add(value.text());
      }
      add(value.key(), value.text(), found);
    }
    Path home = UserHome.stigmer(env);
    FILES_OF_THE_SERVER.forEach(file -> found.add(content(home.resolve(file).toString())));
    return found;
  }

  private static void add(String name, String value, Collection<String> found) {
    boolean isNamedSo = OWN.matcher(name).matches() || isSecretByName(name, value);
    if ((isNamedSo && !PLAIN.contains(name)) || !KeyShape.vendorOf(value).isEmpty()) {
      found.add(value);
    }
    if (name.endsWith(FILE) && OWN.matcher(name.replaceFirst(FILE + "$", "")).matches()) {
      found.add(content(value));
    }
    if (TRACE_HEADERS.matcher(name).matches()) {
      found.addAll(TraceHeaders.of(value).values());
    }
    passwordIn(value)
        .ifPresent(
            password -> {
              found.add(password);
              found.add(TraceHeaders.decoded(password));
            });
  }

  /** The password of an address; empty where a placeholder stands for it. */
  static Optional<String> passwordIn(String value) {
    Matcher password = PASSWORD_IN_URL.matcher(value);
    return password.matches()
        ? Optional.of(String.valueOf(password.group(1)))
            .filter(text -> Placeholders.names(text).isEmpty())
        : Optional.empty();
  }

  /** The path of a socket or a key file is none, and neither is a list of words. */
  private static boolean isSecretByName(String name, String value) {
    return RunVariables.soundsSecret(name)
        && value.length() >= SHORTEST_BY_NAME
        && !value.startsWith("/")
        && value.chars().noneMatch(Character::isWhitespace);
  }

  /** Whoever needs the file says what is wrong with it. */
  private static String content(String file) {
    try {
      Path path = Path.of(file);
      return Files.size(path) <= LARGEST_FILE ? Files.readString(path).strip() : "";
    } catch (IOException | RuntimeException e) {
      return "";
    }
  }
}

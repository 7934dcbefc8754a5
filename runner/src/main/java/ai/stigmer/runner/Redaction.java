package ai.stigmer.runner;

import ai.stigmer.config.KeyShape;
import ai.stigmer.config.SettingInfo;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes keys out of what tools give back, before it is journaled, shown or sent to a model: a
 * command may print the environment of another process, and a file may hold what the environment
 * does. By exact value; the keys in use, those that a variable of the settings table holds, and
 * every variable's value that plainly is some vendor's key.
 */
final class Redaction implements ToolInterceptor {
  /** Shorter values are words that stand in any text. */
  private static final int SHORTEST = 8;

  private final List<String> secrets;

  Redaction(List<ModelSettings> models, Map<String, String> env, List<String> variables) {
    var found = new ArrayList<>(variables);
    for (ModelSettings model : models) {
      model.apiKey().map(Secret::reveal).ifPresent(found::add);
    }
    SettingInfo.all().stream()
        .filter(SettingInfo::secret)
        .flatMap(setting -> setting.variables().stream())
        .filter(variable -> !variable.name().endsWith("_FILE"))
        .map(variable -> env.getOrDefault(variable.name(), "").strip())
        .forEach(found::add);
    env.values().stream()
        .map(String::strip)
        .filter(value -> !KeyShape.vendorOf(value).isEmpty())
        .forEach(found::add);
    secrets =
        found.stream()
            .filter(secret -> secret.length() >= SHORTEST)
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
  }

  @Override
  public ToolResult around(Tool tool, ToolArguments arguments, ToolContext context, Next next)
      throws Exception {
    ToolResult result = next.run(arguments);
    return new ToolResult(result.status(), redacted(result.text()));
  }

  /** A text without what is secret in it. */
  String redacted(String text) {
    String clean = text;
    for (String secret : secrets) {
      clean = clean.replace(secret, "[redacted]");
    }
    return clean;
  }

  /** Variables without those that are there for a key, or hold one by another name. */
  Map<String, String> withoutSecrets(Map<String, String> env) {
    var clean = new HashMap<>(env);
    SettingInfo.all().stream()
        .filter(SettingInfo::secret)
        .flatMap(setting -> setting.variables().stream())
        .forEach(variable -> clean.remove(variable.name()));
    clean.values().removeIf(value -> !redacted(value).equals(value));
    return clean;
  }

  /** A file that holds a key is not copied anywhere. */
  @Override
  public boolean mayKeep(byte[] content) {
    // One character for each byte, so that a file of any character set can be looked through.
    String bytes = new String(content, StandardCharsets.ISO_8859_1);
    return secrets.stream()
        .map(
            secret ->
                new String(secret.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))
        .noneMatch(bytes::contains);
  }
}

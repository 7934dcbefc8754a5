package ai.stigmer.runner;

import ai.stigmer.config.SettingInfo;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes keys out of what tools give back, before it is journaled, shown or sent to a model: a
 * command may print the environment of another process, and a file may hold what the environment
 * does.
 */
public final class Redaction implements ToolInterceptor {
  private final KnownSecrets secrets;

  /**
   * Of what is secret in a process and in a run.
   *
   * @param models with their keys
   * @param env the environment of the process
   * @param variables values of the run that nobody may see
   */
  public Redaction(List<ModelSettings> models, Map<String, String> env, List<String> variables) {
    var found = new ArrayList<>(variables);
    for (ModelSettings model : models) {
      model.apiKey().map(Secret::reveal).ifPresent(found::add);
    }
    secrets = KnownSecrets.of(env, found);
  }

  @Override
  public ToolResult around(Tool tool, ToolArguments arguments, ToolContext context, Next next)
      throws Exception {
    ToolResult result = next.run(arguments);
    return new ToolResult(result.status(), redacted(result.text()));
  }

  /** A text without what is secret in it. */
  public String redacted(String text) {
    return secrets.hide(text);
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
    return !secrets.areIn(content);
  }
}

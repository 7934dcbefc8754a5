package ai.stigmer.server.run;

import static java.util.Objects.requireNonNull;

import ai.stigmer.config.ConfigInput;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.runner.CommandSandbox;
import ai.stigmer.runner.RecordedRun;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.Runner;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a run of this server works with, for who follows it from elsewhere: which model, whose key,
 * which mode, and the whole configuration with its origins.
 */
public final class RunOrigin {
  private final Runner runner;
  private final ConfigInput configuration;
  private final Map<String, String> env;

  /**
   * @param configuration of the server, from which keys come
   */
  public RunOrigin(Runner runner, ConfigInput configuration, Map<String, String> env) {
    this.runner = requireNonNull(runner, "runner is null");
    this.configuration = requireNonNull(configuration, "configuration is null");
    this.env = Map.copyOf(env);
  }

  /**
   * One line of JSON: {@code provider}, {@code model}, {@code start_line}, {@code configuration}.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E501} when there is no such run
   */
  public String of(String id) {
    RunEnvironment journaled = runner.environment(id);
    RecordedRun run = RecordedRun.of(journaled, configuration);
    String line =
        run.recorded()
                .startLine(
                    Stream.concat(
                            Stream.<ModelSettings>of(run.environment().model()),
                            run.environment().fallbacks().stream())
                        .toList())
            + " · "
            + new CommandSandbox(journaled.workspace(), env).again(journaled.execution()).words()
            + journaled.permissions().inStartLine();
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("provider", journaled.model().provider())
            .put("model", journaled.model().model())
            .put("start_line", line);
    json.putRawValue("configuration", new RawValue(journaled.configuration()));
    return json.toString();
  }
}

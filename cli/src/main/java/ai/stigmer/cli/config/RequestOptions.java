package ai.stigmer.cli.config;

import ai.stigmer.config.ConfigInput;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** What one execution would ask for. */
final class RequestOptions {
  @Option(
      names = "--request",
      paramLabel = "KEY=VALUE",
      description = "As an execution that asks for this would get it; repeatable.")
  private Map<String, String> requests = new LinkedHashMap<>();

  ConfigInput added(ConfigInput input) {
    ConfigInput all = input;
    for (Map.Entry<String, String> request : requests.entrySet()) {
      all = all.request(request.getKey(), request.getValue());
    }
    return all;
  }
}

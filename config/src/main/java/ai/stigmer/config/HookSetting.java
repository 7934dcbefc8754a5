package ai.stigmer.config;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.permission.Rule;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A command of the user's that is run beside the tools of a run.
 *
 * @param command for {@code sh -c}
 * @param tools the calls that it is run for; empty when it is for every call
 * @param timeout after so long it is killed
 * @param location where it was given: a variable, or a file and a line
 */
public record HookSetting(String command, List<Rule> tools, Duration timeout, String location) {

  /** The timeout of a hook that names none. */
  public static final Duration TIMEOUT = Duration.ofSeconds(10);

  public HookSetting {
    requireNonNull(command, "command is null");
    tools = List.copyOf(tools);
    requireNonNull(timeout, "timeout is null");
    requireNonNull(location, "location is null");
  }

  /** For every call, with the usual timeout. */
  HookSetting(String command, String location) {
    this(command, List.of(), TIMEOUT, location);
  }

  /** As it is shown to people, for example {@code ./check for execute, edit(src/**)}. */
  String shown() {
    return tools.isEmpty()
        ? command
        : command + tools.stream().map(Rule::text).collect(Collectors.joining(", ", " for ", ""));
  }
}

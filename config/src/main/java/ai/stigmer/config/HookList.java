package ai.stigmer.config;

import ai.stigmer.graphton.permission.Rule;
import ai.stigmer.graphton.permission.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A list of hooks in the file: commands, or commands with the calls that they are for. */
final class HookList {
  private static final int MOST = 16;

  private final String key;
  private final IntFunction<String> place;
  private final Report report;

  /**
   * @param place the file and a line of it, from 1
   */
  HookList(String key, IntFunction<String> place, Report report) {
    this.key = key;
    this.place = place;
    this.report = report;
  }

  /** The hooks; what is none goes into the report. */
  List<HookSetting> read(Node list) {
    var hooks = new ArrayList<HookSetting>();
    if (list instanceof SequenceNode sequence) {
      if (sequence.getValue().size() > MOST) {
        wrong(list, "at most " + MOST + " hooks");
      }
      sequence.getValue().forEach(node -> item(node).ifPresent(hooks::add));
    }
    return hooks;
  }

  private Optional<HookSetting> item(Node node) {
    return switch (node) {
      case ScalarNode text when !text.getValue().isBlank() ->
          Optional.of(new HookSetting(text.getValue().strip(), at(node)));
      case MappingNode map -> hook(map);
      default -> {
        wrong(node, "an item is empty or a list");
        yield Optional.empty();
      }
    };
  }

  private Optional<HookSetting> hook(MappingNode map) {
    String command = "";
    List<Rule> tools = List.of();
    Duration timeout = HookSetting.TIMEOUT;
    for (NodeTuple tuple : map.getValue()) {
      String name = text(tuple.getKeyNode());
      Node value = tuple.getValueNode();
      switch (name) {
        case "command" -> command = text(value).strip();
        case "tools" -> tools = tools(value);
        case "timeout" -> timeout = timeout(value);
        default -> wrong(tuple.getKeyNode(), "a hook has no key \"" + name + "\"");
      }
    }
    if (command.isEmpty()) {
      wrong(map, "a hook has no command");
      return Optional.empty();
    }
    return Optional.of(new HookSetting(command, tools, timeout, at(map)));
  }

  /** A stop hook is for no call, so patterns of calls would never count. */
  private List<Rule> tools(Node node) {
    var rules = new ArrayList<Rule>();
    List<Node> items = node instanceof SequenceNode list ? list.getValue() : List.of(node);
    if (key.equals(SettingsTable.HOOKS_STOP)) {
      wrong(node, "a hook for the end of a run has no tools");
    } else if (items.isEmpty()) {
      wrong(node, "tools is empty; leave it out for every call");
    }
    for (Node item : items) {
      try {
        rules.add(Rule.parse(Verdict.DENY, text(item)));
      } catch (IllegalArgumentException e) {
        wrong(item, "\"" + text(item) + "\" names no calls: " + e.getMessage());
      }
    }
    return rules;
  }

  private Duration timeout(Node node) {
    Optional<Duration> timeout = Values.duration(text(node).strip());
    if (timeout.isEmpty()) {
      wrong(node, "timeout takes " + Setting.Kind.DURATION.expected());
    }
    return timeout.orElse(HookSetting.TIMEOUT);
  }

  private static String text(Node node) {
    return node instanceof ScalarNode text ? text.getValue() : "";
  }

  private void wrong(Node node, String what) {
    report.problem(
        key,
        Problems.of("E159", key + ": " + what, at(node))
            .help(
                "write a command: - ./check.sh",
                "or one for some calls: - {command: ./check.sh, tools: [execute(git push *)],"
                    + " timeout: 10s}"));
  }

  private String at(Node node) {
    return place.apply(KeyFile.line(node));
  }
}

package ai.stigmer.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A list of rules in the file: texts, or a rule with examples. */
final class RuleList {
  private final String key;
  private final IntFunction<String> place;
  private final Report report;

  /**
   * @param place the file and a line of it, from 1
   */
  RuleList(String key, IntFunction<String> place, Report report) {
    this.key = key;
    this.place = place;
    this.report = report;
  }

  /** The rules; what is none goes into the report. */
  List<RuleItem> read(Node list) {
    var items = new ArrayList<RuleItem>();
    if (list instanceof SequenceNode sequence) {
      sequence.getValue().forEach(node -> item(node, items));
    }
    return items;
  }

  private void item(Node node, List<RuleItem> items) {
    switch (node) {
      case ScalarNode text when !text.getValue().isBlank() ->
          items.add(new RuleItem(text.getValue().strip(), at(node)));
      case MappingNode map -> withExamples(map, items);
      default -> wrong(node, "an item is empty or a list");
    }
  }

  private void withExamples(MappingNode map, List<RuleItem> items) {
    String rule = "";
    List<String> matches = List.of();
    List<String> never = List.of();
    for (NodeTuple tuple : map.getValue()) {
      String name = tuple.getKeyNode() instanceof ScalarNode text ? text.getValue() : "";
      List<String> texts = texts(tuple.getValueNode());
      switch (name) {
        case "rule" -> rule = texts.size() == 1 ? texts.getFirst().strip() : "";
        case "matches" -> matches = texts;
        case "never" -> never = texts;
        default -> wrong(tuple.getKeyNode(), "an item has no key \"" + name + "\"");
      }
    }
    if (rule.isEmpty()) {
      wrong(map, "an item has no rule");
    } else {
      items.add(new RuleItem(rule, at(map), matches, never));
    }
  }

  private List<String> texts(Node node) {
    return switch (node) {
      case ScalarNode text -> List.of(text.getValue());
      case SequenceNode list -> list.getValue().stream().flatMap(i -> texts(i).stream()).toList();
      default -> {
        wrong(node, "an item holds a map where texts belong");
        yield List.of();
      }
    };
  }

  private void wrong(Node node, String what) {
    report.problem(
        key,
        Problems.of("E155", key + ": " + what, at(node))
            .help(
                "write a rule: - execute(git status *)",
                "or one with examples: - {rule: execute(git log *), matches: [git log -1], never:"
                    + " [git push]}"));
  }

  private String at(Node node) {
    return place.apply(KeyFile.line(node));
  }
}

package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.config.Resolved;
import ai.stigmer.config.RuleSetting;
import ai.stigmer.graphton.permission.Mode;
import ai.stigmer.graphton.permission.Permissions;
import ai.stigmer.graphton.permission.Rule;
import ai.stigmer.graphton.permission.Verdict;
import ai.stigmer.graphton.workspace.Workspace;
import ai.stigmer.mcp.AcceptedServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What decides about the tool calls of a run, as the journal keeps it. A repository has no part in
 * it: mode and rules come from the user's flags, variables and file.
 *
 * @param rules each with the place that it came from
 */
public record RunPermissions(Mode mode, List<RuleSetting> rules) {

  /** Files of the workspace change without a question; commands are asked for. */
  public static final RunPermissions DEFAULT = new RunPermissions(Mode.ALLOW_EDITS, List.of());

  public RunPermissions {
    requireNonNull(mode, "mode is null");
    rules = List.copyOf(rules);
  }

  /** What stands in the line before a run; nothing for the usual mode. */
  public String inStartLine() {
    return mode == DEFAULT.mode ? "" : " · permissions: " + mode.id();
  }

  /** What a configuration says. */
  public static RunPermissions of(Resolved configuration) {
    return new RunPermissions(configuration.permissionMode(), configuration.permissionRules());
  }

  /** The same with every command allowed. */
  public RunPermissions allowingCommands() {
    return new RunPermissions(mode, plus(List.of(allow("execute", "--allow-shell"))));
  }

  /** The same in another mode. */
  RunPermissions withMode(Mode other) {
    return new RunPermissions(other, rules);
  }

  /** The same with what another configuration denies. */
  public RunPermissions denyingAlso(RunPermissions other) {
    List<Rule> known = rules.stream().map(RuleSetting::rule).toList();
    return new RunPermissions(
        mode,
        plus(
            other.rules.stream()
                .filter(one -> one.rule().verdict() == Verdict.DENY)
                .filter(one -> !known.contains(one.rule()))
                .toList()));
  }

  /**
   * The same with what the user has allowed by other means: a sandbox chosen by name that nothing
   * leaves, and servers whose tools were accepted. Only the mode that is meant for everyday work
   * knows such means; whoever chooses another one chooses to be asked, or that nothing runs.
   */
  public RunPermissions inEffect(Execution execution, List<AcceptedServer> servers) {
    if (mode != Mode.ALLOW_EDITS) {
      return this;
    }
    var more = new ArrayList<RuleSetting>();
    if (execution.isTrusted()) {
      more.add(allow("execute", "execution.mode sandbox, which nothing leaves"));
    }
    for (AcceptedServer server : servers) {
      String name = server.server().name();
      more.add(allow(name + "__*", "the MCP server " + name + " was accepted"));
    }
    return new RunPermissions(mode, plus(more));
  }

  /** The policy over a workspace. */
  public Permissions over(Workspace workspace) {
    return new Permissions(mode, rules.stream().map(RuleSetting::rule).toList(), workspace);
  }

  /** SHA-256, in hexadecimal, of mode and rules, whatever the order and wherever they came from. */
  public String hash() {
    String all =
        Stream.concat(Stream.of(mode.id()), rules.stream().map(one -> one.rule() + "").sorted())
            .distinct()
            .collect(Collectors.joining("\n"));
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(all.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Whether anything is denied by a rule. */
  boolean denySomething() {
    return rules.stream().anyMatch(one -> one.rule().verdict() == Verdict.DENY);
  }

  /** Where a rule came from. */
  public Optional<String> origin(Rule rule) {
    return rules.stream()
        .filter(one -> one.rule().equals(rule))
        .map(RuleSetting::location)
        .findFirst();
  }

  /** The same for the model of a sub-agent, which presents no plan. */
  Optional<String> toldToChild() {
    return mode == Mode.PLAN
        ? Optional.of(
            "Mode plan: change nothing until the user has approved the plan of the agent that asks"
                + " you. Until then calls that change something are denied: read and search, and end"
                + " with what you would do.")
        : toldToModel();
  }

  /** The line that tells the model what the mode allows; empty for everyday work. */
  Optional<String> toldToModel() {
    return switch (mode) {
      case ALLOW_EDITS -> Optional.empty();
      case ASK ->
          Optional.of("Mode ask: the user is asked about every call that changes something.");
      case PLAN ->
          Optional.of(
              "Mode plan: change nothing until the user has approved your plan. Read and search,"
                  + " then show them the plan with present_plan; until they approve it, calls that"
                  + " change something are denied.");
      case DENY ->
          Optional.of(
              "Mode deny: calls that change something are denied unless a rule of the user allows"
                  + " them; nobody is asked.");
    };
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("mode", mode.id());
    ArrayNode list = json.putArray("rules");
    for (RuleSetting one : rules) {
      list.addObject()
          .put("verdict", one.rule().verdict().name().toLowerCase(Locale.ROOT))
          .put("rule", one.rule().text())
          .put("from", one.location());
    }
    return json;
  }

  /**
   * Reads what {@link #toJson} wrote, or, of a run that began before there were rules, whether its
   * commands were allowed.
   *
   * @throws IllegalArgumentException when it is neither
   */
  static RunPermissions parse(JsonNode environment) {
    JsonNode json = environment.path("permissions");
    if (json.isMissingNode()) {
      return switch (environment.path("shell").asText()) {
        case "allow" -> DEFAULT.allowingCommands();
        case "ask" -> DEFAULT;
        default -> throw new IllegalArgumentException("it has no permissions");
      };
    }
    var rules = new ArrayList<RuleSetting>();
    for (JsonNode rule : json.path("rules")) {
      Verdict verdict = Verdict.valueOf(rule.path("verdict").asText().toUpperCase(Locale.ROOT));
      rules.add(
          new RuleSetting(
              Rule.parse(verdict, rule.path("rule").asText()), rule.path("from").asText()));
    }
    String mode = json.path("mode").asText();
    return new RunPermissions(
        Stream.of(Mode.values())
            .filter(one -> one.id().equals(mode))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("its mode is \"" + mode + '"')),
        rules);
  }

  private List<RuleSetting> plus(List<RuleSetting> more) {
    return Stream.concat(rules.stream(), more.stream()).toList();
  }

  private static RuleSetting allow(String rule, String location) {
    return new RuleSetting(Rule.parse(Verdict.ALLOW, rule), location);
  }
}

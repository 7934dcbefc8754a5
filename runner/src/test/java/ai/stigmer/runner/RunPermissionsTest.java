package ai.stigmer.runner;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.config.ExecutionMode;
import ai.stigmer.config.RuleSetting;
import ai.stigmer.graphton.permission.Mode;
import ai.stigmer.graphton.permission.Rule;
import ai.stigmer.graphton.permission.Verdict;
import ai.stigmer.graphton.sandbox.Limits;
import ai.stigmer.graphton.sandbox.Network;
import ai.stigmer.mcp.AcceptedServer;
import ai.stigmer.mcp.McpServer;
import ai.stigmer.mcp.ToolList;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunPermissionsTest {
  private static final Execution TRUSTED =
      new Execution(ExecutionMode.SANDBOX, true, Network.NONE, Limits.DEFAULT, List.of());
  private static final AcceptedServer GITHUB =
      new AcceptedServer(
          new McpServer(
              "github",
              new McpServer.Connection.Stdio("github-mcp", List.of(), Map.of(), Optional.empty()),
              List.of(),
              Duration.ofSeconds(1)),
          new ToolList(List.of()));

  private static RuleSetting rule(Verdict verdict, String text, String location) {
    return new RuleSetting(Rule.parse(verdict, text), location);
  }

  @Test
  void aTrustedSandboxAndAnAcceptedServerStandForRulesInTheUsualModeOnly() {
    for (Mode mode : Mode.values()) {
      List<String> rules =
          new RunPermissions(mode, List.of())
              .inEffect(TRUSTED, List.of(GITHUB)).rules().stream()
                  .map(one -> one.rule().toString())
                  .toList();
      assertThat(rules)
          .as(mode.id())
          .isEqualTo(
              mode == Mode.ALLOW_EDITS ? List.of("allow execute", "allow github__*") : List.of());
    }
    assertThat(RunPermissions.DEFAULT.inEffect(Execution.LOCAL, List.of()))
        .isEqualTo(RunPermissions.DEFAULT);
  }

  @Test
  void theHashIsAboutModeAndRulesNotAboutTheirOrderOrPlace() {
    RuleSetting rm = rule(Verdict.DENY, "execute(rm *)", "--deny");
    RuleSetting git = rule(Verdict.ALLOW, "execute(git *)", "--allow");
    String hash = new RunPermissions(Mode.ASK, List.of(rm, git)).hash();
    assertThat(hash)
        .hasSize(64)
        .isEqualTo(
            new RunPermissions(
                    Mode.ASK, List.of(git, rule(Verdict.DENY, "execute(rm *)", "a file:3")))
                .hash())
        .isNotEqualTo(new RunPermissions(Mode.PLAN, List.of(rm, git)).hash())
        .isNotEqualTo(new RunPermissions(Mode.ASK, List.of(rm)).hash())
        .isNotEqualTo(
            new RunPermissions(Mode.ASK, List.of(rm, rule(Verdict.ASK, "execute(git *)", "x")))
                .hash());
  }

  @Test
  void onlyDenialsOfAnotherConfigurationAreAddedAndEachOnce() {
    RuleSetting rm = rule(Verdict.DENY, "execute(rm *)", "--deny");
    RunPermissions before = new RunPermissions(Mode.ASK, List.of(rm));
    RunPermissions today =
        new RunPermissions(
            Mode.ALLOW_EDITS,
            List.of(
                rule(Verdict.DENY, "execute(rm *)", "a file:3"),
                rule(Verdict.DENY, "execute(dd *)", "a file:4"),
                rule(Verdict.ALLOW, "execute", "a file:5")));
    assertThat(before.denyingAlso(today))
        .isEqualTo(
            new RunPermissions(
                Mode.ASK, List.of(rm, rule(Verdict.DENY, "execute(dd *)", "a file:4"))));
  }
}

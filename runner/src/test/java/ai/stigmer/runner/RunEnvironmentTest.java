package ai.stigmer.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.ExecutionMode;
import ai.stigmer.config.Resolved;
import ai.stigmer.config.RuleSetting;
import ai.stigmer.graphton.budget.Budget;
import ai.stigmer.graphton.egress.HostRule;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.ModelSettings.Dialect;
import ai.stigmer.graphton.model.ModelSettings.Effort;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.graphton.permission.Mode;
import ai.stigmer.graphton.permission.Rule;
import ai.stigmer.graphton.permission.Verdict;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.graphton.sandbox.Limits;
import ai.stigmer.graphton.sandbox.Network;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RunEnvironmentTest {
  private static final List<Network> NETWORKS =
      List.of(
          Network.NONE,
          Network.OPEN,
          Network.Hosts.of(HostRule.list("a.example,*.b.example:81,[::1]:82")));

  static RunEnvironment environment(Optional<Secret> key) {
    return new RunEnvironment(
        new AgentDefinition(
            "tester",
            "",
            "Test what you are given.",
            Optional.of(List.of("read_file")),
            List.of(
                new SubAgentDefinition(
                    "finder",
                    "Finds.",
                    "Find what you are asked for.",
                    Optional.of(List.of("grep"))),
                SubAgentDefinition.GENERAL_PURPOSE),
            AgentParts.NONE),
        Path.of("/some/where"),
        new RunPermissions(
            Mode.PLAN,
            List.of(
                new RuleSetting(Rule.parse(Verdict.DENY, "execute(rm *)"), "--deny"),
                new RuleSetting(Rule.parse(Verdict.ALLOW, "github__*"), "/home/config.yaml:3"))),
        new Execution(
            ExecutionMode.SANDBOX,
            true,
            Network.OPEN,
            new Limits(100, 1L << 30, 1L << 31, Duration.ofMinutes(3)),
            List.of(Path.of("/opt/tools"))),
        new ModelSettings(
            "ollama",
            "qwen2.5-coder:7b",
            Optional.of("http://localhost:11434"),
            key,
            OptionalInt.of(8192),
            OptionalDouble.of(0.25),
            OptionalInt.empty(),
            Optional.of(Effort.MAX),
            Optional.of(Dialect.RESPONSES),
            Duration.ofSeconds(3),
            Duration.ofMinutes(5),
            Duration.ofMinutes(1)),
        List.of(ModelSettings.of("ollama", "qwen3:8b")),
        "{\"schema\":1}",
        7,
        RetryPolicy.DEFAULT.withMaxRetries(3).withBudget(Duration.ofSeconds(90)),
        Budget.UNLIMITED
            .withModelCalls(9)
            .withToolCalls(8)
            .withTokens(5_000_000_000L)
            .withCostUsd(new BigDecimal("2.50"))
            .withWallTime(Duration.ofSeconds(90))
            .withDepth(2)
            .withFanOut(3),
        RunContext.NONE);
  }

  @Test
  void whatWasWrittenIsReadBackWithoutTheKey() {
    // Given
    RunEnvironment before = environment(Optional.of(Secret.of("very-secret-value")));

    // When
    String json = before.toJson();

    // Then
    assertThat(json).doesNotContain("very-secret-value");
    assertThat(RunEnvironment.parse(json)).isEqualTo(environment(Optional.empty()));
  }

  @Test
  void anAgentWithoutAToolListStaysOne() {
    // Given
    RunEnvironment before =
        new RunEnvironment(
            AgentDefinition.assistant(),
            Path.of("/w"),
            RunPermissions.DEFAULT,
            Execution.LOCAL,
            ModelSettings.of("ollama", "m"),
            List.of(),
            "{}",
            50,
            RetryPolicy.NONE,
            Budget.UNLIMITED,
            RunContext.NONE);

    // Then
    assertThat(RunEnvironment.parse(before.toJson())).isEqualTo(before);
  }

  @Test
  void aRunFromBeforeThereWereSandboxesGoesOnWithoutOne() {
    String json = environment(Optional.empty()).toJson();

    String old = json.replaceFirst("\"execution\":\\{[^}]*},", "");

    assertThat(old).isNotEqualTo(json);
    assertThat(RunEnvironment.parse(old).execution()).isEqualTo(Execution.LOCAL);
  }

  @Test
  void aRunFromBeforeThereWereRulesAllowsTheCommandsThatItAllowed() {
    String json = environment(Optional.empty()).toJson();
    String permissions = "\"permissions\":\\{.*?\\]},";

    assertThat(
            RunEnvironment.parse(json.replaceFirst(permissions, "\"shell\":\"allow\","))
                .permissions())
        .isEqualTo(RunPermissions.DEFAULT.allowingCommands());
    assertThat(
            RunEnvironment.parse(json.replaceFirst(permissions, "\"shell\":\"ask\","))
                .permissions())
        .isEqualTo(RunPermissions.DEFAULT);
    assertThatThrownBy(() -> RunEnvironment.parse(json.replaceFirst(permissions, "")))
        .hasMessageContaining("E507");
  }

  @Test
  void whatCommandsReachIsJournaled() {
    for (Network network : NETWORKS) {
      var execution = new Execution(ExecutionMode.AUTO, true, network, Limits.DEFAULT, List.of());

      assertThat(Execution.parse(execution.toJson())).isEqualTo(execution);
    }
  }

  @Test
  void commandsNeedNoQuestionOnlyInAChosenSandboxThatNothingLeaves() {
    for (ExecutionMode mode : ExecutionMode.values()) {
      for (boolean sandboxed : new boolean[] {true, false}) {
        for (Network network : NETWORKS) {
          Execution execution = new Execution(mode, sandboxed, network, Limits.DEFAULT, List.of());

          assertThat(execution.isTrusted())
              .as("%s %s %s", mode, sandboxed, network)
              .isEqualTo(
                  mode == ExecutionMode.SANDBOX && sandboxed && network.equals(Network.NONE));
        }
      }
    }
  }

  @Test
  void aForeignEnvironmentIsRefusedByName() {
    assertThatThrownBy(() -> RunEnvironment.parse("{}")).hasMessageContaining("E507");
    assertThatThrownBy(() -> RunEnvironment.parse("nonsense")).hasMessageContaining("E507");
    assertThatThrownBy(() -> RunEnvironment.parse("{\"schema\":1}")).hasMessageContaining("E507");
    String noTurns = environment(Optional.empty()).toJson().replace("_turns\":7", "_turns\":0");
    assertThatThrownBy(() -> RunEnvironment.parse(noTurns)).hasMessageContaining("E507");
  }

  @Test
  void whatTheCascadeResolvedIsKeptWithItsOriginsAndWithoutTheKey() {
    // Given
    Resolved resolved =
        Cascade.resolve(
            ConfigInput.of(
                    Map.of("ANTHROPIC_API_KEY", "canary", "STIGMER_MODE", "cloud"), "stigmer run")
                .withoutFile()
                .request("llm.max_tokens", "77")
                .request("agent.max_turns", "7"));

    // When
    String json =
        new RunEnvironment(
                AgentDefinition.assistant(),
                Path.of("/w"),
                RunPermissions.DEFAULT,
                Execution.asked(resolved),
                resolved.llm().toModelSettings(),
                List.of(),
                resolved.toJson(),
                resolved.maxTurns(),
                RetryPolicy.DEFAULT
                    .withMaxRetries(resolved.maxRetries())
                    .withBudget(resolved.retryBudget()),
                resolved.budget(),
                RunContext.NONE)
            .toJson();
    RunEnvironment read = RunEnvironment.parse(json);

    // Then
    assertThat(json).doesNotContain("canary");
    assertThat(read.configuration())
        .contains("\"location\":\"ANTHROPIC_API_KEY\"", "\"layer\":\"request\"");
    assertThat(read.model().model()).isEqualTo("claude-sonnet-4-5-20250929");
    assertThat(read.model().maxTokens()).isEqualTo(OptionalInt.of(77));
    assertThat(read.model().temperature()).isEmpty();
    assertThat(read.maxTurns()).isEqualTo(7);
  }
}

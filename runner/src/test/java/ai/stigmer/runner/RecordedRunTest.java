package ai.stigmer.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.Resolved;
import ai.stigmer.config.WhenAbsent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordedRunTest {
  @TempDir Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "E148 | approvals: {when_absent: ask}",
        "E155 | permissions: {deny: ['execute(rm']}",
        "E156 | permissions: {deny: [{rule: 'execute(rm *)', matches: ['ls']}]}",
        "E159 | hooks: {before_tool: [{tools: ['execute(rm *)']}]}"
      })
  void whatMayDenyAndCannotBeReadKeepsARunFromGoingOn(String code, String file) throws IOException {
    Resolved wrong = resolved(file);
    assertThatThrownBy(() -> RecordedRun.refuseWrongPresence(wrong)).hasMessageContaining(code);
  }

  @Test
  void whatARunDoesNotTakeAnewDoesNot() throws IOException {
    Resolved wrong = resolved("llm: {max_tokens: many}");
    assertThatCode(() -> RecordedRun.refuseWrongPresence(wrong)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "approvals: {when_absent: wait}, {}, WAIT",
    "approvals: {when_absent: wait}, approvals: {when_absent: deny}, DENY",
    "{}, approvals: {when_absent: wait}, WAIT",
    "{}, {}, DENY",
  })
  void whatARunBeganWithHoldsUnlessSomethingElseIsSaidToday(
      String then, String today, WhenAbsent held) throws IOException {
    RunEnvironment plain = RunEnvironmentTest.environment(Optional.empty());
    RunEnvironment journaled = plain.withModels(plain.model(), List.of(), resolved(then).toJson());

    Resolved anew = RecordedRun.of(journaled, input(today)).anew();

    assertThat(anew.whenAbsent()).isEqualTo(held);
  }

  @Test
  void theKeyIsThatOfTheRunsProviderWhateverFlagsOfHereNameAnother() throws IOException {
    ConfigInput plain =
        ConfigInput.of(
            Map.of("STIGMER_HOME", folder.toString(), "OPENAI_API_KEY", "sk-of-the-run-0123456789"),
            "test");
    ConfigInput here =
        plain
            .flag("llm.provider", "ollama", "--provider")
            .flag("llm.model", "qwen3:8b", "--model")
            .flag("llm.base_url", "http://localhost:1", "--base-url");
    Resolved asked = Cascade.resolve(here.request("llm.model", "openai/gpt-x"));
    RunEnvironment journaled =
        RunEnvironmentTest.environment(Optional.empty())
            .withModels(
                asked.llm().toModelSettings().withKey(Optional.empty()), List.of(), asked.toJson());

    RecordedRun run = RecordedRun.of(journaled, here);

    assertThat(asked.llm().apiKey()).isPresent();
    assertThat(run.environment().model().apiKey()).isEqualTo(asked.llm().apiKey());
    assertThat(run.recorded().startLine(List.of(run.environment().model())))
        .startsWith("openai/gpt-x · key from OPENAI_API_KEY");
  }

  @ParameterizedTest
  @CsvSource({"--provider, llm.provider, openai", "--model, llm.model, openai/gpt-x"})
  void theKeyOfAFlagBelongsToTheProviderThatFlagsName(String flag, String setting, String value)
      throws IOException {
    Path file = Files.writeString(folder.resolve("key"), "sk-of-openai-0123456789");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    ConfigInput here =
        ConfigInput.of(
                Map.of(
                    "STIGMER_HOME",
                    folder.toString(),
                    "ANTHROPIC_API_KEY",
                    "sk-ant-of-the-run-0123456789"),
                "test")
            .flag(setting, value, flag)
            .flag("llm.api_key", file.toString(), "--api-key-file");
    Resolved asked = Cascade.resolve(here.request("llm.model", "anthropic/claude-x"));
    RunEnvironment journaled =
        RunEnvironmentTest.environment(Optional.empty())
            .withModels(
                asked.llm().toModelSettings().withKey(Optional.empty()), List.of(), asked.toJson());

    RecordedRun run = RecordedRun.of(journaled, here);

    assertThat(run.recorded().startLine(List.of(run.environment().model())))
        .startsWith("anthropic/claude-x · key from ANTHROPIC_API_KEY");
  }

  private Resolved resolved(String file) throws IOException {
    return Cascade.resolve(input(file));
  }

  private ConfigInput input(String file) throws IOException {
    Path config = Files.writeString(folder.resolve("config.yaml"), file + "\n");
    return ConfigInput.of(
        Map.of("STIGMER_CONFIG", config.toString(), "STIGMER_HOME", folder.toString()), "test");
  }
}

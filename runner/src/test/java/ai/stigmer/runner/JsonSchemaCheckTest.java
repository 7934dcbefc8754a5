package ai.stigmer.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.answer.AnswerCheck.Verdict;
import ai.stigmer.testkit.http.LoopbackServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemaCheckTest {
  private static final String SCHEMA =
      """
      {"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],\
      "additionalProperties":false}""";

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"n\":1}", " {\"n\":1}\n", "```json\n{\"n\":1}\n```", "```\n{\"n\":1}\n```"})
  void aValueThatFitsIsTakenWithoutItsFence(String answer) {
    assertThat(JsonSchemaCheck.of(SCHEMA).check(answer)).isEqualTo(new Verdict.Fits("{\"n\":1}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "here it is: {\"n\":1}",
        "{\"n\":1} {\"n\":2}",
        "{\"n\":\"one\"}",
        "{}",
        "[]",
        "{\"n\":1,\"m\":2}",
        "```json\n{\"n\":1}\n```\nas you wished"
      })
  void everythingElseIsToldWithItsFaults(String answer) {
    assertThat(JsonSchemaCheck.of(SCHEMA).check(answer)).isInstanceOf(Verdict.Unfit.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "3",
        "{\"type\":\"strange\"}",
        "{\"required\":\"n\"}",
        "{\"pattern\":7}",
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"strange\"}"
      })
  void whatIsNoSchemaIsRefused(String schema) {
    assertThatThrownBy(() -> JsonSchemaCheck.of(schema)).hasMessageContaining("E007");
  }

  @ParameterizedTest
  @CsvSource({
    "anthropic, claude-sonnet-5-5, true",
    "anthropic, claude-sonnet-4-20250514, false",
    "openai, gpt-6.1-sol, true",
    "openai, my-deployment, false",
    "ollama, qwen3.5:9b, true",
    "scripted, play.yaml, false"
  })
  void aModelIsHeldToItWhereItsProviderCanDoThat(String provider, String model, boolean isHeld) {
    assertThat(JsonSchemaCheck.of(SCHEMA).schemaFor(provider, model).isPresent()).isEqualTo(isHeld);
    assertThat(JsonSchemaCheck.of("{\"type\":\"array\"}").schemaFor(provider, model)).isEmpty();
  }

  @Test
  void nothingIsFetchedThatASchemaPointsAt() {
    try (var server = LoopbackServer.start((_, _) -> false)) {
      String schema = "{\"$ref\":\"" + server.baseUrl() + "/x" + "\"}";
      assertThatThrownBy(() -> JsonSchemaCheck.of(schema)).hasMessageContaining("E007");
      assertThatThrownBy(() -> JsonSchemaCheck.of("{\"$ref\":\"file:///etc/hostname\"}"))
          .hasMessageContaining("E007");
      String draft = "{\"$schema\":\"" + server.baseUrl() + "/x" + "\"}";
      assertThatThrownBy(() -> JsonSchemaCheck.of(draft)).hasMessageContaining("E007");
      assertThat(server.connections()).isZero();
    }
  }

  @Test
  void whatASchemaPointsAtWithinItselfIsFollowed() {
    String schema = "{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"integer\"}}}";
    assertThat(JsonSchemaCheck.of(schema).check("1")).isInstanceOf(Verdict.Fits.class);
    assertThat(JsonSchemaCheck.of(schema).check("\"1\"")).isInstanceOf(Verdict.Unfit.class);
  }

  @Test
  void anEarlierDraftIsTakenByItsName() {
    String schema =
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"integer\"}";
    assertThat(JsonSchemaCheck.of(schema).check("1")).isInstanceOf(Verdict.Fits.class);
    assertThat(JsonSchemaCheck.of(schema).check("\"1\"")).isInstanceOf(Verdict.Unfit.class);
  }
}

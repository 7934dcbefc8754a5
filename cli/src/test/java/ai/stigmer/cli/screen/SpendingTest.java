package ai.stigmer.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpendingTest {
  private static final TurnUsage OPUS =
      new TurnUsage("anthropic", "claude-opus-5-5", new Usage(1_000, 500, 8_000, 1_000, 200));
  private static final TurnUsage LOCAL = new TurnUsage("ollama", "qwen3:cloud", Usage.of(700, 70));

  @Test
  void eachTurnCostsAfterThePriceOfItsOwnModel() {
    var haiku = new TurnUsage("anthropic", "claude-haiku-4-5", Usage.of(1_000, 100));
    Spending spending = Spending.of(List.of(OPUS, haiku));
    // 1,000 × 4 + 500 × 20 + 8,000 × 0.4 + 1,000 × 5 = 22,200; 1,000 × 1 + 100 × 5 = 1,500
    assertThat(spending.cost().orElseThrow()).isEqualByComparingTo(new BigDecimal("0.0237"));
    assertThat(spending.costInWords()).isEqualTo("$0.0237");
    assertThat(spending.json().toString())
        .isEqualTo(
            "{\"currency\":\"USD\",\"amount\":0.0237,\"at_least\":0.0237,\"unpriced\":[],"
                + "\"prices_as_of\":\"2026-11-20\"}");
  }

  @Test
  void theLengthOfEachPromptDecidesItsPrice() {
    var shorter = new TurnUsage("anthropic", "claude-haiku-5-5", Usage.of(90_000, 0));
    var longer = new TurnUsage("anthropic", "claude-haiku-5-5", Usage.of(110_000, 0));
    assertThat(Spending.of(List.of(shorter, longer)).cost().orElseThrow())
        .isEqualByComparingTo(new BigDecimal("0.064"));
  }

  @Test
  void withoutAPriceNoMoneyIsToldAndNeverNothing() {
    Spending spending = Spending.of(List.of(LOCAL));
    assertThat(spending.cost()).isEmpty();
    assertThat(spending.costInWords()).isEqualTo("no price known for ollama/qwen3:cloud");
    assertThat(spending.json().path("amount").isNull()).isTrue();
    assertThat(spending.json().path("at_least").isNull()).isTrue();
  }

  @Test
  void whatRunsOnAMachineOfOnesOwnCostsNothing() {
    var own = new TurnUsage("ollama", "qwen3:8b", Usage.of(700, 70));
    assertThat(Spending.of(List.of(own)).costInWords()).isEmpty();
    assertThat(Spending.of(List.of(own)).json().path("amount").intValue()).isZero();
    assertThat(Spending.of(List.of(own, OPUS)).costInWords()).isEqualTo("$0.0222");
  }

  @Test
  void whatIsKnownOfAMixedRunIsALowerBound() {
    Spending spending = Spending.of(List.of(LOCAL, OPUS));
    assertThat(spending.cost()).isEmpty();
    assertThat(spending.costInWords())
        .isEqualTo("at least $0.0222, no price known for ollama/qwen3:cloud");
    assertThat(spending.json().path("unpriced").path(0).asText()).isEqualTo("ollama/qwen3:cloud");
  }

  @Test
  void aTurnWithoutReportedTokensIsNotFree() {
    var silent = new TurnUsage("anthropic", "claude-opus-5-5", Usage.NONE);
    assertThat(Spending.of(List.of(silent)).cost()).isEmpty();
    assertThat(Spending.of(List.of()).cost()).isEmpty();
    assertThat(Spending.of(List.of()).costInWords()).isEmpty();
  }

  @Test
  void cachedTokensOfOpenaiHaveTheirPriceAndUnknownOnesLeaveALowerBound() {
    var terra = new TurnUsage("openai", "gpt-6.1-terra", new Usage(1_000, 500, 8_000, 1_000, 0));
    // 1,000 × 1 + 500 × 5 + 8,000 × 0.05 + 1,000 × 1.25 = 5,150
    assertThat(Spending.of(List.of(terra)).costInWords()).isEqualTo("$0.005150");
    var long272 = new TurnUsage("openai", "gpt-6.1-terra", Usage.of(272_001, 0));
    assertThat(Spending.of(List.of(long272)).cost().orElseThrow()).isEqualByComparingTo("0.544002");
    var written = new TurnUsage("openai", "gpt-6.1-sol", new Usage(1, 1, 1, 1, 0));
    var json = JsonNodeFactory.instance.objectNode();
    Spending.of(List.of(terra, written)).addTo(json);
    assertThat(json.toString()).isEqualTo("{\"cost_usd\":0.00515,\"cost_complete\":false}");
    json.removeAll();
    Spending.of(List.of(LOCAL)).addTo(json);
    assertThat(json.toString()).isEqualTo("{\"cost_usd\":null,\"cost_complete\":false}");
    json.removeAll();
    Spending.of(List.of(terra)).addTo(json);
    assertThat(json.toString()).isEqualTo("{\"cost_usd\":0.00515,\"cost_complete\":true}");
  }

  @Test
  void verySmallSumsAreNotRoundedToNothing() {
    var tiny = new TurnUsage("anthropic", "claude-haiku-5-5", new Usage(0, 0, 1, 0, 0));
    assertThat(Spending.of(List.of(tiny)).costInWords()).isEqualTo("under $0.000001");
    var small = new TurnUsage("anthropic", "claude-haiku-5-5", Usage.of(12, 1));
    assertThat(Spending.of(List.of(small)).costInWords()).isEqualTo("$0.000002");
  }

  @Test
  void theShareOfCachedInputCountsAllInput() {
    assertThat(Spending.of(List.of(OPUS)).cachedPercent()).contains(80L);
    assertThat(Spending.of(List.of(OPUS)).tokensInWords())
        .isEqualTo("10,000 tokens in (80% cached), 500 out");
    assertThat(Spending.of(List.of(LOCAL)).cachedPercent()).contains(0L);
    assertThat(Spending.of(List.of(LOCAL)).tokensInWords()).isEqualTo("700 tokens in, 70 out");
    assertThat(Spending.of(List.of()).cachedPercent()).isEmpty();
  }
}

package ai.stigmer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelCatalogTest {
  private static final String LAST_DAY = "2026-11-30T23:59:59Z";
  private static final String DAY_AFTER = "2026-12-01T00:00:00Z";

  @Test
  void noNameStandsForTwoModels() {
    for (String provider : List.of("ollama", "anthropic", "openai")) {
      var seen = new HashSet<String>();
      for (CatalogModel model : ModelCatalog.models()) {
        if (model.provider().equals(provider)) {
          assertThat(seen.add(model.id())).as(model.id()).isTrue();
          assertThat(seen.addAll(model.aliases()) || model.aliases().isEmpty()).isTrue();
          assertThat(seen.addAll(model.otherIds()) || model.otherIds().isEmpty()).isTrue();
        }
      }
      assertThat(seen).hasSizeGreaterThan(8);
    }
  }

  @Test
  void everyEntryIsSoundAndEverySuccessorAndDefaultIsKnown() {
    for (CatalogModel model : ModelCatalog.models()) {
      assertThat(model.fact()).isBeforeOrEqualTo(ModelCatalog.asOf());
      assertThat(model.retires().isPresent()).isEqualTo(model.successor().isPresent());
      model
          .successor()
          .ifPresent(id -> assertThat(ModelCatalog.find(model.provider(), id)).isPresent());
      for (Price price : model.prices()) {
        assertThat(price.input()).isPositive();
        assertThat(price.output()).isGreaterThan(price.input());
      }
      if (!model.prices().isEmpty()) {
        // Of some models only the price of shorter prompts is known.
        assertThat(model.price(200_000)).isPresent();
      }
    }
    for (String provider : List.of("ollama", "anthropic", "openai")) {
      String model = ModelCatalog.defaultOf(provider, SettingsTable.MODEL).orElseThrow();
      assertThat(ModelCatalog.find(provider, model)).isPresent();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "claude-opus-5-5, 1000000, 0, 0, 0, 4",
    "claude-opus-5-5, 0, 1000000, 0, 0, 20",
    "claude-opus-5-5, 0, 0, 1000000, 0, 0.4",
    "claude-opus-5-5, 0, 0, 0, 1000000, 5",
    "claude-sonnet-5-5, 1000, 200, 9000, 500, 0.00705",
    "claude-haiku-5-5, 100000, 10, 0, 0, 0.010005",
    "claude-haiku-5-5, 100000, 10, 1, 0, 0.05002505",
    "claude-haiku-4.5, 3, 1, 0, 0, 0.000008",
  })
  void aTurnCostsWhatItsTokensCost(
      String name, long in, long out, long read, long write, BigDecimal cost) {
    Optional<BigDecimal> priced =
        ModelCatalog.find("anthropic", name)
            .flatMap(model -> model.price(in + read + write))
            .flatMap(price -> price.of(in, out, read, write));
    assertThat(priced.orElseThrow()).isEqualByComparingTo(cost);
  }

  @Test
  void aPriceThatIsNotKnownGivesNoCost() {
    Price price = ModelCatalog.find("openai", "gpt-6.1-sol").orElseThrow().price(1).orElseThrow();
    assertThat(price.of(1, 1, 0, 0)).isPresent();
    assertThat(price.of(1, 1, 1, 0)).isPresent();
    assertThat(price.of(1, 1, 0, 1)).isEmpty();
    assertThat(ModelCatalog.find("openai", "gpt-6-sol").orElseThrow().price(272_001)).isEmpty();
    assertThat(ModelCatalog.find("anthropic", "claude-sonnet-5").orElseThrow().price(1)).isEmpty();
  }

  @Test
  void anIdThatTheVendorTakesIsNotReplaced() {
    assertThat(ModelCatalog.fullId("anthropic", "claude-sonnet-4-5"))
        .isEqualTo("claude-sonnet-4-5");
    assertThat(ModelCatalog.find("anthropic", "claude-sonnet-4-5").orElseThrow().id())
        .isEqualTo("claude-sonnet-4-5-20250929");
  }

  @Test
  void aRetiringModelIsWarnedOfUntilItsLastDay() {
    Resolved resolved = resolve(LAST_DAY, "STIGMER_LLM_MODEL=claude-sonnet-4-5");
    assertThat(resolved.problems()).isEmpty();
    assertThat(resolved.notes())
        .containsExactly(
            "claude-sonnet-4-5-20250929 retires on 2026-11-30; its successor is claude-sonnet-5-5");
    assertThat(resolve(LAST_DAY).llm().modelName()).isEqualTo("claude-sonnet-4-5-20250929");
  }

  @Test
  void aRetiredDefaultGivesWayToItsSuccessorAndANoteSaysSo() {
    Resolved resolved = resolve(DAY_AFTER);
    assertThat(resolved.problems()).isEmpty();
    assertThat(resolved.llm().modelName()).isEqualTo("claude-sonnet-5-5");
    assertThat(resolved.notes())
        .containsExactly(
            "the default model claude-sonnet-4-5-20250929 retired on 2026-11-30;"
                + " claude-sonnet-5-5 is used");
    assertThat(resolved.startLine()).startsWith("anthropic/claude-sonnet-5-5 ");
  }

  @ParameterizedTest
  @CsvSource({"claude-sonnet-4.5", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929"})
  void aRetiredModelThatSomebodyChoseIsAnErrorAndNeverReplaced(String name) {
    Resolved resolved = resolve(DAY_AFTER, "STIGMER_LLM_MODEL=" + name);
    assertThat(resolved.problems()).extracting(problem -> problem.code()).containsExactly("E306");
    assertThat(resolved.problems().getFirst().help())
        .containsExactly("use its successor: --model anthropic/claude-sonnet-5-5");
    assertThat(resolved.value("llm.model")).hasValueSatisfying(id -> assertThat(id).contains("4"));
  }

  @Test
  void aServerOfOnesOwnMayServeWhatItsVendorRetired() {
    Resolved resolved =
        resolve(
            DAY_AFTER,
            "STIGMER_LLM_MODEL=claude-sonnet-4-5",
            "ANTHROPIC_BASE_URL=http://proxy:4000");
    assertThat(resolved.problems()).isEmpty();
  }

  private static Resolved resolve(String time, String... env) {
    Map<String, String> variables = new HashMap<>();
    variables.put("ANTHROPIC_API_KEY", "k");
    variables.put("STIGMER_LLM_PROVIDER", "anthropic");
    for (String pair : env) {
      variables.put(pair.split("=", 2)[0], pair.split("=", 2)[1]);
    }
    return Cascade.resolve(
        OnADay.of(variables, Path.of("."), "stigmer run")
            .withoutFile()
            .clock(InstantSource.fixed(Instant.parse(time))));
  }
}

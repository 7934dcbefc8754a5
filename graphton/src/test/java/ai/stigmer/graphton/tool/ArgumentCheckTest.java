package ai.stigmer.graphton.tool;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.tool.ArgumentCheck.Checked;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentCheckTest {
  private static final ToolSpec SPEC =
      new ToolSpec(
          "t",
          "",
          """
          {"type":"object","properties":{"text":{"type":"string"},"whole":{"type":"integer"},\
          "number":{"type":"number"},"truth":{"type":"boolean"},\
          "word":{"type":"string","enum":["a","b"]},"any":{},\
          "list":{"type":"array","items":{"type":"object","properties":{"n":{"type":"integer"}},\
          "required":["n"]}}},"required":["text"]}""");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"text\":\"x\",\"whole\":3.0} | 3",
        "{\"text\":\"x\",\"whole\":\" 7 \"} | 7",
        "{\"text\":\"x\",\"whole\":99999999999} | 2147483647",
        "{\"text\":\"x\",\"whole\":-99999999999} | -2147483648",
      })
  void wholeNumbersAreReadHoweverTheyAreWritten(String json, int expected) {
    assertThat(valid(json).optionalInt("whole")).hasValue(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"text\":\"x\",\"whole\":1.5} | The argument \"whole\" of t must be a whole number, but is a number.",
        "{\"text\":\"x\",\"whole\":1e400} | The argument \"whole\" of t must be a whole number, but is a number.",
        "{\"text\":\"x\",\"whole\":1e25} | The argument \"whole\" of t must be a whole number, but is a number.",
        "{\"text\":\"x\",\"whole\":123456789012345678901} | The argument \"whole\" of t must be a whole number, but is a number.",
        "{\"text\":[]} | The argument \"text\" of t must be a text, but is a list.",
        "{\"text\":null} | t needs the argument \"text\" (a text).",
        "{\"text\":\"x\",\"word\":\"c\"} | The argument \"word\" of t must be one of a, b.",
        "{\"text\":\"x\",\"list\":[{\"n\":1},{}]} | t needs the argument \"list[1].n\" (a whole number).",
        "{\"text\":\"x\"} trailing | The arguments of t are not valid JSON",
        "{\"text\":\"x\"}{\"text\":\"y\"} | The arguments of t are not valid JSON",
        "[] | The arguments of t must be a JSON object, but are a list.",
      })
  void whatIsWrongIsSaid(String json, String message) {
    assertThat(hint(json)).startsWith(message);
  }

  @Test
  void aHintStaysShortWhateverTheModelSent() {
    assertThat(hint("{\"text\":\"x\",\"" + "n".repeat(100_000) + "\":1}")).hasSizeLessThan(300);
    assertThat(hint("y".repeat(100_000))).hasSizeLessThan(1_000);
    assertThat(hint("[".repeat(100_000))).hasSizeLessThan(1_000);
  }

  @Property(tries = 2_000)
  void noTextAtAllMakesItThrow(@ForAll String text) {
    assertThat(ArgumentCheck.check(SPEC, text)).isNotNull();
  }

  @Property(tries = 3_000)
  void noJsonMakesItThrowAndWhatPassesHasTheTypesOfTheSchema(@ForAll("objects") JsonNode json) {
    if (ArgumentCheck.check(SPEC, json.toString()) instanceof Checked.Valid(ToolArguments given)) {
      assertThat(given.string("text")).isNotNull();
      given.json().properties().forEach(field -> assertThat(fits(field)).isTrue());
    }
  }

  private static boolean fits(Map.Entry<String, JsonNode> field) {
    return switch (field.getKey()) {
      case "text", "word" -> field.getValue().isTextual();
      case "whole" -> field.getValue().canConvertToLong() && field.getValue().isIntegralNumber();
      case "number" -> field.getValue().isNumber();
      case "truth" -> field.getValue().isBoolean();
      case "list" -> field.getValue().isArray();
      default -> field.getKey().equals("any");
    };
  }

  @Provide
  Arbitrary<JsonNode> objects() {
    Arbitrary<String> names =
        Arbitraries.of("text", "whole", "number", "truth", "word", "any", "list", "n", "other");
    return Arbitraries.maps(names, values(2))
        .ofMaxSize(5)
        .map(fields -> JsonNodeFactory.instance.objectNode().setAll(fields));
  }

  private static Arbitrary<JsonNode> values(int depth) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    Arbitrary<JsonNode> leaves =
        Arbitraries.oneOf(
            Arbitraries.strings().ofMaxLength(5).map(json::textNode),
            Arbitraries.of("a", "b", "true", "false", "12", "1.5", "-0").map(json::textNode),
            Arbitraries.longs().map(json::numberNode),
            Arbitraries.bigIntegers().map(json::numberNode),
            Arbitraries.doubles().map(json::numberNode),
            Arbitraries.of(true, false).map(json::booleanNode),
            Arbitraries.just(json.nullNode()));
    if (depth == 0) {
      return leaves;
    }
    Arbitrary<JsonNode> below = values(depth - 1);
    return Arbitraries.oneOf(
        leaves,
        below.list().ofMaxSize(3).map(list -> json.arrayNode().addAll(list)),
        Arbitraries.maps(Arbitraries.of("n", "x"), below)
            .ofMaxSize(2)
            .map(fields -> json.objectNode().setAll(fields)));
  }

  private static ToolArguments valid(String json) {
    return ((Checked.Valid) ArgumentCheck.check(SPEC, json)).arguments();
  }

  private static String hint(String json) {
    return ((Checked.Invalid) ArgumentCheck.check(SPEC, json)).hint();
  }
}

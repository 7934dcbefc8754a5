package ai.stigmer.models.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.Scenario;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextCallsTest {
  private static final List<ToolSpec> TOOLS = List.of(Asking.LS);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\":\"ls\",\"arguments\":{\"path\":\"a\"}}",
        "  \n{\"name\": \"ls\", \"arguments\": {\"path\": \"a\"}}\n",
        "{\"name\":\"ls\",\"parameters\":{\"path\":\"a\"}}",
        "{\"name\":\"ls\",\"arguments\":\"{\\\"path\\\":\\\"a\\\"}\"}",
        "[{\"name\":\"ls\",\"arguments\":{\"path\":\"a\"}}]",
        "{\"type\":\"function\",\"function\":{\"name\":\"ls\",\"arguments\":{\"path\":\"a\"}}}",
        "```json\n{\"name\":\"ls\",\"arguments\":{\"path\":\"a\"}}\n```",
        "```\n{\"name\":\"ls\",\"arguments\":{\"path\":\"a\"}}\n```",
        "<tool_call>\n{\"name\":\"ls\",\"arguments\":{\"path\":\"a\"}}\n</tool_call>",
        "<tool_call>{\"name\":\"ls\",\"arguments\":{\"path\":\"a\"}}",
        "```xml\n<tool_call>{\"name\":\"ls\",\"arguments\":{\"path\":\"a\"}}</tool_call>\n```",
        "<function=ls>\n<parameter=path>\na\n</parameter>\n</function>",
        "<tool_call>\n<function=ls><parameter=path>a</parameter></function>\n</tool_call>",
      })
  void aPrintedCallIsRecognised(String text) {
    assertThat(TextCalls.in(text, TOOLS))
        .containsExactly(new TextCalls.Printed("ls", Json.NODES.objectNode().put("path", "a")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "I will call {\"name\":\"ls\",\"arguments\":{}}",
        "{\"name\":\"ls\",\"arguments\":{}} and then I am done",
        "{\"name\":\"rm\",\"arguments\":{}}",
        "{\"name\":\"ls\",\"arguments\":{}} {\"name\":\"rm\",\"arguments\":{}}",
        "[{\"name\":\"ls\",\"arguments\":{}}, 3]",
        "[]",
        "{}",
        "{\"name\":\"ls\"}",
        "{\"name\":\"ls\",\"arguments\":[1]}",
        "{\"name\":\"ls\",\"arguments\":\"not json\"}",
        "{\"name\":\"ls\",\"arguments\":{},\"result\":\"x\"}",
        "{\"name\":7,\"arguments\":{}}",
        "{\"name\":\"ls\",\"arguments\":{}",
        "```json\n{\"name\":\"ls\",\"arguments\":{}}",
        "<function=rm></function>",
        "<function=ls><parameter=path>a</function>",
        "<function=ls><parameter=path>a</parameter>",
        "<html></html>",
        "<tool_call></tool_call>",
      })
  void anythingElseStaysText(String text) {
    assertThat(TextCalls.in(text, TOOLS)).isEmpty();
  }

  @Test
  void severalCallsAreRecognisedInOrder() {
    // Given
    String text =
        "<tool_call>{\"name\":\"ls\",\"arguments\":{\"path\":\"a\"}}</tool_call>\n"
            + "<tool_call>{\"name\":\"ls\",\"arguments\":{\"path\":\"b\"}}</tool_call>";

    // When
    List<TextCalls.Printed> calls = TextCalls.in(text, TOOLS);

    // Then
    assertThat(calls)
        .extracting(call -> call.arguments().path("path").asText())
        .containsExactly("a", "b");
  }

  @Test
  void theSchemaGivesXmlParametersTheirTypes() {
    // Given
    String text =
        "<function=ls><parameter=path>12</parameter><parameter=depth>3</parameter></function>";

    // When
    List<TextCalls.Printed> calls = TextCalls.in(text, TOOLS);

    // Then
    assertThat(calls.getFirst().arguments().toString()).isEqualTo("{\"path\":\"12\",\"depth\":3}");
  }

  @Test
  void lineBreaksWithinAStringAreForgiven() {
    // Given
    String text = "{\"name\":\"ls\",\"arguments\":{\"path\":\"a\nb\"}}";

    // When
    List<TextCalls.Printed> calls = TextCalls.in(text, TOOLS);

    // Then
    assertThat(calls.getFirst().arguments().path("path").asText()).isEqualTo("a\nb");
  }

  @Property(tries = 5_000)
  void neverThrowsAndNeverCallsWhatIsNotOffered(@ForAll("callLike") String text) {
    assertThat(TextCalls.in(text, TOOLS)).allMatch(call -> call.name().equals("ls"));
  }

  @Property(tries = 2_000)
  void textWithoutTheToolsNameIsNeverACall(@ForAll("noName") String text) {
    assertThat(TextCalls.in(text, TOOLS)).isEmpty();
  }

  @Property(tries = 2_000)
  void proseAroundACallKeepsItText(@ForAll("prose") String before, @ForAll("prose") String after) {
    String call = "{\"name\":\"ls\",\"arguments\":{}}";
    assertThat(TextCalls.in(before + call, TOOLS)).isEmpty();
    assertThat(TextCalls.in(call + after, TOOLS)).isEmpty();
  }

  @Property(tries = 20_000)
  void theGateShowsEverythingOrHoldsEverything(@ForAll("callLike") String text) {
    TextGate gate = new TextGate(1);
    StringBuilder shown = new StringBuilder();
    text.chars().forEach(c -> shown.append(gate.add(Character.toString(c))));
    if (!TextCalls.in(text, TOOLS).isEmpty()) {
      assertThat(gate.isHolding()).isTrue();
      assertThat(shown).isEmpty();
    }
    assertThat(shown.append(gate.rest()).toString()).isEqualTo(text);
  }

  @Provide
  Arbitrary<String> callLike() {
    return Arbitraries.of(
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            ",",
            "\\",
            "\n",
            " ",
            "```",
            "`",
            "json",
            "<",
            ">",
            "{\"name\":\"ls\",\"arguments\":{}}",
            "{\"name\":\"rm\",\"arguments\":{}}",
            "\"name\"",
            "\"ls\"",
            "\"arguments\"",
            "{}",
            "<tool_call>",
            "</tool_call>",
            "<tools>",
            "<function=ls>",
            "<function=rm>",
            "</function>",
            "<parameter=path>",
            "</parameter>",
            "x",
            "é",
            "🌍",
            "\u0000")
        .list()
        .ofMaxSize(12)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<String> noName() {
    return callLike().filter(text -> !text.contains("ls"));
  }

  @Provide
  Arbitrary<String> prose() {
    return Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(20);
  }

  @Test
  void aPrintedCallBecomesACallAndIsSaidOnce() {
    // Given
    Answer printed =
        Answer.text("```js", "on\n{\"name\": \"ls\", ", "\"arguments\": {\"path\": \"a\"}}\n```");
    try (FakeOllama server = FakeOllama.start(Scenario.of(printed, printed, Answer.text("done")))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn first = asking.turn(Asking.hello());
      Message.User user = new Message.User("hello");
      Message.ToolAnswer answer =
          new Message.ToolAnswer(first.calls().getFirst(), ToolResult.ok("x"));
      ModelTurn second = asking.turn(Asking.request(user, new Message.Assistant(first), answer));

      // Then
      assertThat(first.blocks())
          .containsExactly(new Block.Call(new ToolCall("call_0_0", "ls", "{\"path\":\"a\"}")));
      assertThat(first.stop()).isEqualTo(StopReason.TOOL_USE);
      assertThat(second.calls()).extracting(ToolCall::id).containsExactly("call_1_0");
      assertThat(asking.textDeltas()).isEmpty();
      assertThat(asking.notices()).containsExactly("W210");
    }
  }

  @Test
  void textThatCannotBeACallStreamsAtOnce() {
    // Given
    try (FakeOllama server =
        FakeOllama.start(Scenario.of(Answer.text("```py", "thon\nprint", "(1)\n```")))) {
      Asking asking = new Asking(server);

      // When
      asking.turn(Asking.hello());

      // Then
      assertThat(asking.textDeltas()).containsExactly("```python\nprint", "(1)\n```");
    }
  }

  @Test
  void jsonThatIsNoCallIsShownWhenTheAnswerEnds() {
    // Given
    try (FakeOllama server = FakeOllama.start(Scenario.of(Answer.text("{\"a\"", ": 1}")))) {
      Asking asking = new Asking(server);

      // When
      ModelTurn turn = asking.turn(Asking.hello());

      // Then
      assertThat(turn.text()).isEqualTo("{\"a\": 1}");
      assertThat(asking.textDeltas()).containsExactly("{\"a\": 1}");
      assertThat(asking.notices()).isEmpty();
    }
  }
}

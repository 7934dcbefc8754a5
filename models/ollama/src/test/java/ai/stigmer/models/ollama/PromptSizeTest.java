package ai.stigmer.models.ollama;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelRequest;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bounds against three real tokenizers, of 50,000, 100,000 and 200,000 tokens. */
class PromptSizeTest {
  private static final EncodingRegistry REGISTRY = Encodings.newLazyEncodingRegistry();
  private static final List<Encoding> TOKENIZERS =
      List.of(
          REGISTRY.getEncoding(EncodingType.R50K_BASE),
          REGISTRY.getEncoding(EncodingType.CL100K_BASE),
          REGISTRY.getEncoding(EncodingType.O200K_BASE));

  private static final List<String> WORDS =
      List.of(
          "the",
          "internationalization",
          "don't",
          "snake_case",
          "UnsupportedOperationException",
          "it’s",
          "addEventListener",
          "straße",
          "Überraschungsmoment",
          "привет",
          "мир",
          "नमस्ते",
          "مرحبا",
          "안녕하세요",
          "x",
          "42",
          "3.14159",
          "__init__",
          "a-b-c",
          "->",
          "🌍🌍",
          "utf-8");

  private static final List<String> CODE =
      List.of(
          "public static void main(String[] args) {\n",
          "    return foo.bar(baz, qux);\n",
          "}\n\n",
          "        ",
          "\t\t\t\t",
          "//////////////////\n",
          "================\n",
          "#include <stdio.h>\n",
          "if (x == null) { throw new IllegalStateException(\"no\"); }\n",
          "0x00, 0xFF, 0x1A,\n",
          "<div class=\"row\">\n",
          "{\"a\":[1,2,3],\"b\":null}\n",
          "SELECT * FROM t WHERE id = 1;\n",
          "self.__dict__.update(kwargs)\n",
          "\r\n\r\n",
          "----------\n",
          "__________",
          "********");

  private static final List<String> CJK =
      List.of(
          "中华人民共和国",
          "今天天气很好。",
          "我们",
          "微信公众号",
          "天天中彩票",
          "日本語のテキスト",
          "ひらがな",
          "カタカナ",
          "สวัสดีครับ",
          "ภาษาไทย",
          "，",
          "。",
          "１２３",
          "한국어",
          " ");

  @Property(tries = 3000)
  void theTruthLiesBetweenTheBoundsWhateverTheText(@ForAll("texts") String text) {
    ModelRequest request = new ModelRequest("", List.of(new Message.User(text)), List.of());
    PromptSize size = PromptSize.of(request.messages());
    for (Encoding tokenizer : TOKENIZERS) {
      long tokens = tokenizer.countTokensOrdinary(text);
      assertThat(size.least()).as(text).isLessThanOrEqualTo(tokens);
      assertThat(size.most()).as(text).isGreaterThanOrEqualTo(tokens);
    }
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        pieces(WORDS, " "),
        pieces(WORDS, ""),
        pieces(CODE, ""),
        pieces(CJK, ""),
        Arbitraries.strings().ofMaxLength(300),
        Arbitraries.strings().withChars(" \n\t.,;(){}a").ofMaxLength(500),
        Arbitraries.strings().ofMaxLength(400).map(PromptSizeTest::base64),
        Arbitraries.strings().withCharRange('0', '9').ofMaxLength(500),
        repeated());
  }

  private static Arbitrary<String> repeated() {
    return Arbitraries.of(" ", "a", "0", "=", "\n", "的", "ab", "- ", "哈哈", "_", ". ", "天天中彩票", "ก")
        .flatMap(unit -> Arbitraries.integers().between(1, 600).map(unit::repeat));
  }

  private static Arbitrary<String> pieces(List<String> of, String between) {
    return Arbitraries.of(of).list().ofMaxSize(120).map(list -> String.join(between, list));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** How much of the truth the lower bound sees: what a cut must remove before it is noticed. */
  @ParameterizedTest(name = "{0}: at least {2} percent")
  @CsvSource({
    "prose, 'It was a bright cold day in April and the clocks were striking thirteen. ', 80",
    "code, 'for (int i = 0; i < n; i++) { sum += values[i] * weight(i); } ', 25",
    "chinese, '今天天气很好我们一起去公园散步吧然后回家吃饭', 10",
  })
  void theLowerBoundIsNotFarFromTheTruth(String shape, String text, int percent) {
    String much = text.repeat(200);
    long truth = TOKENIZERS.getLast().countTokensOrdinary(much);
    assertThat(100.0 * PromptSize.words(much) / truth).as(shape).isGreaterThanOrEqualTo(percent);
  }

  @Test
  void whatATemplateMayLeaveOutIsNotInTheLowerBound() {
    ModelTurn turn =
        new ModelTurn(
            OllamaProvider.ID,
            "m",
            "{}",
            List.of(
                new Block.Thinking("one two three four"),
                new Block.Text("<think>five six seven</think>eight nine")),
            Usage.of(1, 1),
            StopReason.END);
    PromptSize size = PromptSize.of(List.of(new Message.Assistant(turn)));
    assertThat(size.least()).isEqualTo(2);
  }
}

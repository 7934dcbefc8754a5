package ai.stigmer.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VisibleTest {

  @ParameterizedTest
  @ValueSource(
      ints = {
        0x1b, 0x7f, 0x9b, 0x61c, 0x200b, 0x200e, 0x200f, 0x2028, 0x202a, 0x202e, 0x2060, 0x2066,
        0x2069, 0xfeff, 0xad, 0xe0041, 0xe0101
      })
  void whatSteersTurnsOrHidesTextIsWrittenOut(int point) {
    String text = "a" + Character.toString(point) + "b";
    String shown = String.format("a\\u%04xb", point);
    assertThat(Visible.answer(text)).isEqualTo(shown);
    assertThat(Visible.line(text, 50)).isEqualTo(shown);
  }

  @Test
  void whatScriptsAndEmojiAreWrittenWithStays() {
    String text = "line\n\ttab, ن\u200cن, \ud83d\udc68\u200d\ud83d\udc69, ❤\ufe0f";
    assertThat(Visible.answer(text)).isEqualTo(text);
  }

  @Test
  void aLineOfJsonStaysTheSameValueAndTurnsNothingAround() {
    var json = Json.object("text").put("text", "a\u202eb\u2066c\u007fd");
    assertThat(Json.line(json)).endsWith("\"a\\u202eb\\u2066c\\u007fd\"}");
  }
}

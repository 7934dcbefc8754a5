package ai.stigmer.graphton.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.Usage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
  private static final String SECRET = "canary?>~0123-9876";
  private static final byte[] LINE = {'\n'};

  private final Redactor redactor = Redactor.of(List.of(SECRET));

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void base64IsHiddenWhateverStandsBeforeAndBehindTheSecret(int before) {
    byte[] text = ("x".repeat(before) + SECRET + "tail").getBytes(StandardCharsets.UTF_8);
    String core = SECRET.substring(3, 15);
    for (Base64.Encoder encoder :
        List.of(Base64.getEncoder(), Base64.getUrlEncoder(), Base64.getMimeEncoder(20, LINE))) {
      String hidden = redactor.text(encoder.encodeToString(text)).replaceAll("\\s", "");
      assertThat(hidden).contains("[redacted]");
      for (String left : hidden.split("\\[redacted]", -1)) {
        String standard = left.replace('-', '+').replace('_', '/').replace("=", "");
        String readable = new String(decoded(standard), StandardCharsets.ISO_8859_1);
        assertThat(readable).doesNotContain(core);
      }
    }
  }

  private static byte[] decoded(String base64) {
    return Base64.getDecoder().decode(base64.substring(0, base64.length() / 4 * 4));
  }

  @ParameterizedTest
  @CsvSource({"''", "' '", "%", ":", "'\n'", "\\x", "', '"})
  void hexadecimalIsHiddenWithAndWithoutSeparators(String between) {
    byte[] bytes = SECRET.getBytes(StandardCharsets.UTF_8);
    String small = HexFormat.ofDelimiter(between).formatHex(bytes);
    String large = HexFormat.ofDelimiter(between).withUpperCase().formatHex(bytes);
    assertThat(redactor.text("a " + small + " b " + large + " c"))
        .isEqualTo("a [redacted] b [redacted] c");
  }

  @Test
  void aSecretIsHiddenAsJsonAndAddressesWriteIt() {
    String secret = "pass\"w\\rd/ü +&~*!\n0123456789";
    Redactor hiding = Redactor.of(List.of(secret));
    String json = "pass\\\"w\\\\rd/ü +&~*!\\n0123456789";
    String url = URLEncoder.encode(secret, StandardCharsets.UTF_8);
    for (String written :
        List.of(
            secret,
            json,
            json.replace("/", "\\/"),
            json.replace("\\", "\\\\").replace("\"", "\\\""),
            url,
            url.replace("+", "%20"),
            url.replace("+", "%20").replace("%7E", "~").replace("*", "%2A"),
            url.replace("+", "%20").replace("%7E", "~").replace("%21", "!"),
            url.replace("%C3%BC", "%c3%bc"))) {
      assertThat(hiding.text("<" + written + ">")).as(written).isEqualTo("<[redacted]>");
    }
  }

  @Test
  void theLinesOfAKeyAreHiddenOneByOneToo() {
    String line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj";
    Redactor hiding = Redactor.of(List.of("-----BEGIN KEY-----\n" + line + "\n-----END KEY-----"));
    assertThat(hiding.text("2  " + line)).isEqualTo("2  [redacted]");
  }

  @Test
  void ofTwoThatBeginAlikeTheLongerOneIsHiddenWhole() {
    Redactor hiding = Redactor.of(List.of("canary-0123", "canary-0123-and-more"));
    assertThat(hiding.text("canary-0123-and-more canary-0123")).isEqualTo("[redacted] [redacted]");
    Pieces pieces = hiding.pieces();
    assertThat(pieces.add("canary-0123") + pieces.add("-and-more") + pieces.end())
        .isEqualTo("[redacted]");
  }

  @Test
  void whatIsNoSecretStays() {
    String text = "canary?>~0123 " + Base64.getEncoder().encodeToString(new byte[300]);
    assertThat(redactor.text(text)).isSameAs(text);
    assertThat(redactor.isIn(SECRET.getBytes(StandardCharsets.UTF_8))).isTrue();
    assertThat(redactor.isIn(text.getBytes(StandardCharsets.UTF_8))).isFalse();
    assertThat(Redactor.of(List.of("short", "")).isIdle()).isTrue();
  }

  static Stream<String> written() {
    byte[] bytes = SECRET.getBytes(StandardCharsets.UTF_8);
    return Stream.of(
        SECRET,
        HexFormat.of().formatHex(bytes),
        Base64.getEncoder().encodeToString(bytes),
        URLEncoder.encode(SECRET, StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @MethodSource("written")
  void aSecretIsFoundHoweverAStreamCutsIt(String secret) {
    String text = "c canar " + secret + " canary? end c";
    String expected = redactor.text(text);
    for (int size = 1; size < text.length(); size++) {
      Pieces pieces = redactor.pieces();
      var shown = new StringBuilder();
      for (int at = 0; at < text.length(); at += size) {
        shown.append(pieces.add(text.substring(at, Math.min(text.length(), at + size))));
      }
      assertThat(shown.append(pieces.end()).toString()).as("size %s", size).isEqualTo(expected);
    }
  }

  @Test
  void whatIsHeldBackIsNoMoreThanTheBeginningOfASecret() {
    Pieces pieces = redactor.pieces();
    assertThat(pieces.add("plain can")).isEqualTo("plain ");
    assertThat(pieces.add("not")).isEqualTo("cannot");
  }

  @Test
  void anEntryIsLookedThroughToItsLastText() {
    var turn =
        new JournalEntry.Turn(
            new ModelTurn(
                "p",
                "m",
                "{\"text\":\"" + SECRET + "\"}",
                List.of(
                    new Block.Thinking("<" + SECRET + ">"),
                    new Block.Call(new ToolCall("1", "t", "{\"a\":\"" + SECRET + "\"}"))),
                Usage.NONE,
                StopReason.TOOL_USE));
    String hidden = redactor.record(turn).toString();
    assertThat(hidden).doesNotContain(SECRET).contains("{\"a\":\"[redacted]\"}", "<[redacted]>");
    var end = new RunEnd.Completed(SECRET);
    var event = new AgentEvent.RunFinished(new RunResult("r", end, 1, Usage.NONE));
    assertThat(redactor.record(new AgentEvent.Child("c", "r.c", "a", event)).toString())
        .doesNotContain(SECRET);
    assertThat(redactor.record(List.of(new JournalEntry.UserMessage(SECRET))))
        .containsExactly(new JournalEntry.UserMessage("[redacted]"));
  }

  @Test
  void whatHoldsNoSecretIsNotCopied() {
    var entry = new JournalEntry.UserMessage("nothing");
    assertThat(redactor.record(entry)).isSameAs(entry);
  }

  @Test
  void jsonStaysJsonEvenWhenTheSecretIsANumber() {
    Redactor hiding = Redactor.of(List.of("1234567890"));
    assertThat(hiding.text("{\"pin\":1234567890,\"at\":[1]}"))
        .isEqualTo("{\"pin\":\"[redacted]\",\"at\":[1]}");
  }

  @Test
  void whatWasCutWithinASecretIsTakenOutToo() {
    Redactor redactor = Redactor.of(List.of("zQ8fakeSecretValue77xx99"));
    assertThat(redactor.text("key=zQ8fakeSecretValue77x…")).isEqualTo("key=[redacted]…");
    assertThat(redactor.text("key=zQ8fake…")).isEqualTo("key=zQ8fake…");
    assertThat(redactor.text("key=zQ8fakeSecretValue77x")).isEqualTo("key=zQ8fakeSecretValue77x");
    Pieces pieces = redactor.pieces();
    assertThat(pieces.add("key=zQ8fakeSecr") + pieces.add("etValue…") + pieces.end())
        .isEqualTo("key=[redacted]…");
  }
}

package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.models.ollama.PullProgress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PullLineTest {
  private static final long TOTAL = 9_600_000_000L;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private long now;

  private PullLine line(PullLine.Form form) {
    return new PullLine(
        new PrintStream(err, true, StandardCharsets.UTF_8), "gemma4", form, () -> now);
  }

  @Test
  void aTerminalSeesSizeRateAndTimeLeftInOneLine() {
    // Given
    PullLine line = line(PullLine.Form.LIVE);
    line.accept(new PullProgress("pulling manifest", 0, 0));
    line.accept(new PullProgress("pulling abc", 2_100_000_000L, TOTAL));

    // When
    now += 100_000_000_000L;
    line.accept(new PullProgress("pulling abc", 6_200_000_000L, TOTAL));
    line.end();

    // Then: the rate counts what has arrived since the beginning of this pull
    assertThat(err.toString(StandardCharsets.UTF_8).split("\r\u001b\\[K", -1))
        .containsExactly(
            "",
            "gemma4  ████░░░░░░░░░░░░░░░░  2.1 GB of 9.6 GB  (Ctrl-C keeps what has arrived)",
            "gemma4  ████████████░░░░░░░░  6.2 GB of 9.6 GB  41.0 MB/s  1m 23s left  (Ctrl-C keeps"
                + " what has arrived)\n");
  }

  @Test
  void aTerminalIsWrittenToTenTimesASecondAtMost() {
    PullLine line = line(PullLine.Form.LIVE);
    for (int i = 0; i < 1000; i++) {
      line.accept(new PullProgress("pulling abc", i, TOTAL));
      now += 1_000_000;
    }
    assertThat(err.toString(StandardCharsets.UTF_8).split("\r", -1)).hasSize(11);
  }

  @Test
  void withoutATerminalThereIsAPlainLineForEachTenth() {
    PullLine line = line(PullLine.Form.PLAIN);
    for (int i = 0; i <= 100; i++) {
      line.accept(new PullProgress("pulling abc", TOTAL / 100 * i, TOTAL));
      now += 1_000_000_000;
    }
    line.end();
    String text = err.toString(StandardCharsets.UTF_8);
    assertThat(text.lines()).hasSize(11).allMatch(one -> one.startsWith("pulling gemma4: "));
    assertThat(text.lines().toList().get(5))
        .isEqualTo("pulling gemma4: 50%, 4.8 GB of 9.6 GB  96.0 MB/s  50s left");
    assertThat(text).doesNotContain("\r", "\u001b");
  }

  @ParameterizedTest
  @CsvSource({"0, 0.0 kB", "999949, 999.9 kB", "1000000, 1.0 MB", "9600000000, 9.6 GB"})
  void sizesAreDecimal(long bytes, String shown) {
    assertThat(PullLine.size(bytes)).isEqualTo(shown);
  }
}

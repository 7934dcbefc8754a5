package ai.stigmer.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing here looks at how long something takes. */
class StreamedTurnsTest {
  private static final int DELTAS = 7;

  @Test
  void everyWireFormatHasItsCostAndItsDelay() throws Exception {
    List<Figure> figures = new StreamedTurns(DELTAS, 1).measure();

    assertThat(figures).hasSize(2 * WireFormat.values().length);
    for (Figure figure : figures) {
      assertThat(figure.ratio()).as(figure.toString()).isPositive().isFinite();
      assertThat(figure.numbers()).hasSize(5);
    }
    for (WireFormat format : WireFormat.values()) {
      assertThat(figures).filteredOn(figure -> figure.name().endsWith(format.title)).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void theFloorReadsTheSameDeltasForTheSameRequest(WireFormat format) throws Exception {
    byte[] request = StreamedTurns.request(format, DELTAS);
    AtomicInteger deltas = new AtomicInteger();

    try (StreamServer server = StreamServer.start(format, DELTAS, Duration.ofNanos(1));
        BareStream bare =
            new BareStream(URI.create(server.url()), request, format.beginOfDelta())) {
      bare.turn(deltas::incrementAndGet);
      bare.turn(deltas::incrementAndGet);

      assertThat(server.asked()).isEqualTo(request);
    }

    assertThat(deltas).hasValue(2 * DELTAS);
    assertThat(new String(request, StandardCharsets.UTF_8))
        .startsWith("POST " + format.path)
        .contains("Write two thousand words.");
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void whatIsPlayedIsJsonInEveryLineOfData(WireFormat format) throws Exception {
    WireFormat.Recording turn = format.recording(DELTAS);
    String all = turn.opening() + String.join("", turn.deltas()) + turn.end();

    for (String line : all.split("\n")) {
      if (line.startsWith("event: ") || line.isEmpty() || line.equals("data: [DONE]")) {
        continue;
      }
      String json = line.startsWith("data: ") ? line.substring(6) : line;
      assertThat(new ObjectMapper().readTree(json).isObject()).as(line).isTrue();
    }
  }

  @Test
  void aDeltaThatCameBeforeItWasSentEndsTheMeasurement() {
    assertThat(StreamedTurns.between(new long[] {1_000}, new long[] {3_500})).containsExactly(2.5);
    assertThatThrownBy(() -> StreamedTurns.between(new long[] {2}, new long[] {1}))
        .hasMessageContaining("the clocks differ");
  }

  @Test
  void aPercentileIsAValueThatWasMeasured() {
    List<Double> values = IntStream.rangeClosed(1, 200).mapToObj(i -> (double) i).toList();

    assertThat(Numbers.percentile(values, 50)).isEqualTo(100);
    assertThat(Numbers.percentile(values, 99)).isEqualTo(198);
    assertThat(Numbers.percentile(List.of(3.0), 99)).isEqualTo(3);
  }
}

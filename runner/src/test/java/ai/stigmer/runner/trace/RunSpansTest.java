package ai.stigmer.runner.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ai.stigmer.config.TelemetryConfig.Content;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.Beginning;
import ai.stigmer.graphton.message.ToolCall;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A run goes on whatever its trace does. */
class RunSpansTest {
  private static final List<AgentEvent> EVENTS =
      List.of(
          new AgentEvent.RunStarted("r", 1, Beginning.NEW),
          new AgentEvent.TurnStarted(1),
          new AgentEvent.ToolStarted(new ToolCall("c", "ls", "{}")),
          new AgentEvent.TurnStarted(2));

  private static void assertStopsNobody(SdkTracerProvider provider) {
    try (provider) {
      var spans =
          new RunSpans(
              provider.get("test"),
              Content.SENT,
              new ObservedRun("r", "a", "ollama", "m", Optional.empty(), () -> "go"));
      assertThatCode(
              () -> {
                EVENTS.forEach(spans);
                spans.close();
              })
          .doesNotThrowAnyException();
    }
  }

  @Test
  void aClockThatBreaksAtAnyMomentStopsNobody() {
    for (int good = 0; good < 12; good++) {
      var left = new AtomicInteger(good);
      assertStopsNobody(
          SdkTracerProvider.builder()
              .setClock(
                  new Clock() {
                    @Override
                    public long now() {
                      return nanoTime();
                    }

                    @Override
                    public long nanoTime() {
                      if (left.getAndDecrement() <= 0) {
                        throw new IllegalStateException("no time");
                      }
                      return 1;
                    }
                  })
              .build());
    }
  }

  @Test
  void aSinkThatBreaksAtBeginOrEndStopsNobodyAndIsToldOfWhatItCanTake() {
    var ended = new AtomicInteger();
    assertStopsNobody(SdkTracerProvider.builder().addSpanProcessor(broken(true, ended)).build());
    assertStopsNobody(SdkTracerProvider.builder().addSpanProcessor(broken(false, ended)).build());
    assertThat(ended).as("ends that it was told of").hasPositiveValue();
  }

  private static SpanProcessor broken(boolean atStart, AtomicInteger ended) {
    return new SpanProcessor() {
      @Override
      public void onStart(Context context, ReadWriteSpan span) {
        if (atStart) {
          throw new IllegalStateException("no begin");
        }
      }

      @Override
      public boolean isStartRequired() {
        return true;
      }

      @Override
      public void onEnd(ReadableSpan span) {
        ended.incrementAndGet();
        throw new IllegalStateException("no end");
      }

      @Override
      public boolean isEndRequired() {
        return true;
      }
    };
  }
}

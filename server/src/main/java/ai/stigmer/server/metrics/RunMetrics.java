package ai.stigmer.server.metrics;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.TurnEnd;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.Usage;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/*
 * Labels have values of ours or of the configuration only: the name of a tool is what a model wrote, and a label for each
 * would grow without end.
 */
/**
 * What runs do, counted and timed from their events, those of sub-agents among them.
 *
 * <p>Thread contract: thread-safe.
 */
public final class RunMetrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<String, Timer.Sample> begun = new ConcurrentHashMap<>();

  /** An event of a run; on its thread. */
  public void saw(String id, AgentEvent event) {
    switch (event) {
      case AgentEvent.RunStarted _ -> begin("run " + id);
      case AgentEvent.TurnStarted _ -> begin("turn " + id);
      case AgentEvent.ToolStarted started -> begin("tool " + id + " " + started.call().id());
      case AgentEvent.TurnFinished finished -> turn(id, finished.end());
      case AgentEvent.ToolFinished finished ->
          end(
              "tool " + id + " " + finished.call().id(),
              "stigmer.tool.call",
              lower(finished.result().status()));
      case AgentEvent.Retrying _ -> registry.counter("stigmer.model.retries").increment();
      case AgentEvent.Child child -> saw(child.runId(), child.event());
      case AgentEvent.RunFinished finished ->
          end("run " + id, "stigmer.run", name(finished.result().end()));
      case AgentEvent.TextDelta _,
          AgentEvent.ThinkingDelta _,
          AgentEvent.ModelSwitched _,
          AgentEvent.ApprovalRequested _,
          AgentEvent.ApprovalDecided _,
          AgentEvent.Compacted _,
          AgentEvent.Notice _ -> {}
    }
  }

  private void begin(String what) {
    begun.put(what, Timer.start(registry));
  }

  private void end(String what, String timer, String outcome) {
    Timer.Sample sample = begun.remove(what);
    if (sample != null) {
      long _ = sample.stop(registry.timer(timer, "outcome", outcome));
    } else {
      // It began in another process, so that nobody knows how long it took.
      registry.timer(timer, "outcome", outcome).record(0, TimeUnit.NANOSECONDS);
    }
  }

  private void turn(String id, TurnEnd end) {
    String outcome =
        switch (end) {
          case TurnEnd.Answered(ModelTurn turn, long _) -> {
            tokens(turn);
            yield "answered";
          }
          case TurnEnd.Failed _ -> "failed";
          case TurnEnd.Cancelled _ -> "cancelled";
        };
    end("turn " + id, "stigmer.turn", outcome);
  }

  private void tokens(ModelTurn turn) {
    Usage usage = turn.usage();
    count(turn, "input", usage.input());
    count(turn, "output", usage.output());
    count(turn, "cache_read", usage.cacheRead());
    count(turn, "cache_write", usage.cacheWrite());
  }

  private void count(ModelTurn turn, String type, long tokens) {
    registry
        .counter("stigmer.tokens", "provider", turn.provider(), "model", turn.model(), "type", type)
        .increment((double) tokens);
  }

  private static String name(RunEnd end) {
    return switch (end) {
      case RunEnd.Completed _ -> "completed";
      case RunEnd.Stopped _ -> "stopped";
      case RunEnd.Failed _ -> "failed";
      case RunEnd.Cancelled _ -> "cancelled";
      case RunEnd.Waiting _ -> "waiting";
      case RunEnd.Yielded _ -> "yielded";
    };
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Adds something that is asked for when somebody looks.
   *
   * @param name with dots between its words
   * @param label a name and its value; none for no label
   */
  public <T> void gauge(
      String name, String help, T of, ToDoubleFunction<T> value, String... label) {
    Gauge _ = Gauge.builder(name, of, value).description(help).tags(label).register(registry);
  }

  /** Everything, as Prometheus reads it. */
  String scrape() {
    return registry.scrape();
  }
}

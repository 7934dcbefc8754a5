package ai.stigmer.runner.trace;

import ai.stigmer.config.TelemetryConfig.Content;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.Beginning;
import ai.stigmer.graphton.event.AgentEvent.TurnEnd;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.Usage;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/*
 * invoke_agent ─┬─ step 1 ─┬─ chat
 *               │          └─ execute_tool ── invoke_agent (a sub-agent) ── …
 *               └─ step 2 ─── chat
 *
 * A step is one answer of the model and the calls that it asks for; it ends when the next one begins. Nothing that a user,
 * a model or a tool said is part of a span unless content is sent, the words of failures among it.
 */
/** The spans of one agent of a run, made from its events. To be called by one thread at a time. */
final class AgentSpans {
  private final Tracer tracer;
  private final Content content;
  private final String conversation;
  private final Known known;
  private final Map<String, Span> tools = new HashMap<>();
  private final Map<String, AgentSpans> children = new HashMap<>();
  private final Context parent;
  private Span run = Span.getInvalid();
  private Span step = Span.getInvalid();
  private Span chat = Span.getInvalid();
  private String provider;
  private String model;
  private long asked;
  private boolean hasAnswered;

  /**
   * What is known of an agent before it does anything.
   *
   * @param message what it was asked
   */
  record Known(
      String runId, String agent, String provider, String model, Supplier<String> message) {}

  /**
   * @param conversation the run of the whole tree
   */
  AgentSpans(Tracer tracer, Content content, String conversation, Known known, Context parent) {
    this.tracer = tracer;
    this.content = content;
    this.conversation = conversation;
    this.known = known;
    this.parent = parent;
    this.provider = known.provider();
    this.model = known.model();
  }

  void saw(AgentEvent event) {
    switch (event) {
      case AgentEvent.RunStarted started -> begin(started.beginning());
      case AgentEvent.TurnStarted started -> turn(started.turn());
      case AgentEvent.TextDelta _, AgentEvent.ThinkingDelta _ -> chunk();
      case AgentEvent.Retrying retrying -> retry(retrying);
      case AgentEvent.ModelSwitched switched -> switched(switched.to());
      case AgentEvent.TurnFinished finished -> answered(finished.end());
      case AgentEvent.ToolStarted started -> tool(started.call());
      case AgentEvent.ToolFinished finished -> served(finished.call(), finished.result());
      case AgentEvent.Child child -> child(child).saw(child.event());
      case AgentEvent.ApprovalRequested _ -> note("approval.requested");
      case AgentEvent.ApprovalDecided _ -> note("approval.decided");
      case AgentEvent.Compacted _ -> note("compacted");
      case AgentEvent.Notice _ -> {}
      case AgentEvent.RunFinished finished -> end(finished.result().end());
    }
  }

  private void begin(Beginning beginning) {
    run =
        tracer
            .spanBuilder(GenAi.INVOKE_AGENT + " " + known.agent())
            .setParent(parent)
            .setAttribute(GenAi.OPERATION, GenAi.INVOKE_AGENT)
            .setAttribute(GenAi.AGENT, known.agent())
            .setAttribute(GenAi.CONVERSATION, conversation)
            .setAttribute(GenAi.PROVIDER, provider)
            .setAttribute(GenAi.REQUEST_MODEL, model)
            .setAttribute(GenAi.RUN, known.runId())
            .setAttribute(GenAi.RESUMED, beginning == Beginning.RESUMED)
            .startSpan();
    if (content == Content.SENT && run.isRecording()) {
      run.setAttribute(GenAi.INPUT, SpanContent.message("user", known.message().get()));
    }
  }

  private void turn(int turn) {
    step.end();
    step =
        tracer
            .spanBuilder("step " + turn)
            .setParent(RunSpans.under(run))
            .setAttribute(GenAi.STEP, turn)
            .setAttribute(GenAi.RUN, known.runId())
            .startSpan();
    chat =
        tracer
            .spanBuilder(GenAi.CHAT + " " + model)
            .setParent(RunSpans.under(step))
            .setSpanKind(SpanKind.CLIENT)
            .setAttribute(GenAi.OPERATION, GenAi.CHAT)
            .setAttribute(GenAi.PROVIDER, provider)
            .setAttribute(GenAi.REQUEST_MODEL, model)
            .setAttribute(GenAi.RUN, known.runId())
            .startSpan();
    asked = System.nanoTime();
    hasAnswered = false;
  }

  private void chunk() {
    if (!hasAnswered) {
      hasAnswered = true;
      long nanos = System.nanoTime() - asked;
      chat.setAttribute(GenAi.FIRST_CHUNK, (double) nanos / TimeUnit.SECONDS.toNanos(1));
    }
  }

  private void retry(AgentEvent.Retrying retrying) {
    chat.addEvent(
        "retry",
        Attributes.of(
            GenAi.ATTEMPT,
            (long) retrying.attempt(),
            GenAi.ERROR,
            lower(retrying.failure().kind())));
  }

  /** As {@code provider/model}; a model's name may have slashes of its own. */
  private void switched(String to) {
    int slash = to.indexOf('/');
    provider = to.substring(0, Math.max(0, slash));
    model = to.substring(slash + 1);
    chat.addEvent(
        "model.switched", Attributes.of(GenAi.PROVIDER, provider, GenAi.REQUEST_MODEL, model));
    chat.updateName(GenAi.CHAT + " " + model);
    chat.setAttribute(GenAi.PROVIDER, provider);
    chat.setAttribute(GenAi.REQUEST_MODEL, model);
  }

  private void answered(TurnEnd end) {
    switch (end) {
      case TurnEnd.Answered(ModelTurn turn, long _) -> answer(turn);
      case TurnEnd.Failed failed -> {
        failed(chat, lower(failed.failure().kind()));
        chat.setAttribute(GenAi.CODE, failed.failure().problem().code());
      }
      case TurnEnd.Cancelled _ -> chat.setAttribute(GenAi.ERROR, "cancelled");
    }
    chat.end();
  }

  private void answer(ModelTurn turn) {
    Usage usage = turn.usage();
    chat.updateName(GenAi.CHAT + " " + turn.model());
    chat.setAttribute(GenAi.PROVIDER, turn.provider());
    chat.setAttribute(GenAi.RESPONSE_MODEL, turn.model());
    chat.setAttribute(GenAi.FINISH_REASONS, List.of(lower(turn.stop())));
    chat.setAttribute(GenAi.INPUT_TOKENS, usage.input() + usage.cacheRead() + usage.cacheWrite());
    chat.setAttribute(GenAi.OUTPUT_TOKENS, usage.output());
    chat.setAttribute(GenAi.CACHE_READ, usage.cacheRead());
    chat.setAttribute(GenAi.CACHE_WRITE, usage.cacheWrite());
    chat.setAttribute(GenAi.REASONING, usage.reasoning());
    if (content == Content.SENT) {
      chat.setAttribute(GenAi.OUTPUT, SpanContent.message("assistant", turn.text()));
    }
  }

  private void tool(ToolCall call) {
    Span span =
        tracer
            .spanBuilder(GenAi.EXECUTE_TOOL + " " + name(call))
            .setParent(RunSpans.under(step.getSpanContext().isValid() ? step : run))
            .setAttribute(GenAi.OPERATION, GenAi.EXECUTE_TOOL)
            .setAttribute(GenAi.TOOL, name(call))
            .setAttribute(GenAi.TOOL_TYPE, "function")
            .setAttribute(GenAi.TOOL_CALL, call.id())
            .setAttribute(GenAi.RUN, known.runId())
            .startSpan();
    if (content == Content.SENT) {
      span.setAttribute(GenAi.ARGUMENTS, SpanContent.cut(call.arguments()));
    }
    tools.put(call.id(), span);
  }

  /** A model may call what is no tool, by any text. */
  private static String name(ToolCall call) {
    return call.name().matches("[A-Za-z0-9_.-]{1,128}") ? call.name() : "unknown";
  }

  private void served(ToolCall call, ToolResult result) {
    Span span = tools.remove(call.id());
    if (span == null) {
      return;
    }
    AgentSpans child = children.remove(call.id());
    if (child != null) {
      child.breakOff();
    }
    if (result.status() != ToolResult.Status.OK) {
      failed(span, lower(result.status()));
    }
    if (content == Content.SENT) {
      span.setAttribute(GenAi.RESULT, SpanContent.cut(result.text()));
    }
    span.end();
  }

  private AgentSpans child(AgentEvent.Child event) {
    return children.computeIfAbsent(
        event.call(),
        call ->
            new AgentSpans(
                tracer,
                content,
                conversation,
                new Known(event.runId(), event.agent(), provider, model, () -> ""),
                RunSpans.under(tools.getOrDefault(call, run))));
  }

  private void note(String what) {
    run.addEvent(what);
  }

  private void end(RunEnd end) {
    if (end instanceof RunEnd.Failed failure) {
      failed(run, "failed");
      run.setAttribute(GenAi.CODE, failure.problem().code());
    }
    if (content == Content.SENT) {
      run.setAttribute(GenAi.OUTPUT, SpanContent.message("assistant", end.text()));
    }
    run.setAttribute(GenAi.RUN_END, lower(end));
    endAll();
  }

  /** Ends what is still open; there was no last event. */
  void breakOff() {
    if (run.isRecording()) {
      failed(run, "broken_off");
      run.setAttribute(GenAi.RUN_END, "broken_off");
    }
    endAll();
  }

  private void endAll() {
    children.values().forEach(AgentSpans::breakOff);
    children.clear();
    tools.values().forEach(Span::end);
    tools.clear();
    chat.end();
    step.end();
    run.end();
  }

  private static void failed(Span span, String type) {
    span.setStatus(StatusCode.ERROR);
    span.setAttribute(GenAi.ERROR, type);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static String lower(RunEnd end) {
    return end.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}

package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunEnd.Limit;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import java.util.List;

/** Says what comes next in a run: a pure function of its transcript and its limits. */
public final class Decider {
  private static final int MOST_TRIES = 2;

  private final int maxTurns;

  /**
   * A decider.
   *
   * @param maxTurns the most answers of the model, at least 1
   */
  public Decider(int maxTurns) {
    this.maxTurns = maxTurns;
  }

  /** What comes next where the context window has no end. */
  public Step next(Transcript transcript) {
    return next(transcript, ContextUse.UNLIMITED);
  }

  /**
   * What comes next.
   *
   * @param use how full the context window is with this transcript
   */
  public Step next(Transcript transcript, ContextUse use) {
    if (transcript.end().isPresent()) {
      return new Step.Finish(transcript.end().get());
    }
    List<PendingCall> pending = transcript.pending();
    if (!pending.isEmpty()) {
      return transcript.history().isStuck()
          ? new Step.Finish(stuck(transcript))
          : new Step.RunTools(pending);
    }
    return switch (transcript.messages().getLast()) {
      case Message.User user -> callModel(transcript, use);
      case Message.ToolAnswer answer -> callModel(transcript, use);
      case Message.Assistant(ModelTurn turn) when turn.stop() == StopReason.PAUSE ->
          callModel(transcript, use);
      case Message.Assistant(ModelTurn turn)
          when turn.stop() == StopReason.CONTEXT_FULL && Compaction.isPossible(transcript) ->
          compact(transcript, use);
      case Message.Assistant(ModelTurn turn) -> new Step.Finish(endOf(turn, transcript));
    };
  }

  private Step callModel(Transcript transcript, ContextUse use) {
    if (transcript.turns() >= maxTurns) {
      return new Step.Finish(tooManyTurns(transcript));
    }
    return use.isFull() && Compaction.isPossible(transcript)
        ? compact(transcript, use)
        : new Step.CallModel();
  }

  /** A need that so many summaries did not meet is not met by one more. */
  private static Step compact(Transcript transcript, ContextUse use) {
    return transcript.context().tries() < MOST_TRIES
        ? new Step.Compact()
        : new Step.Finish(stillFull(transcript, use));
  }

  private static RunEnd stillFull(Transcript transcript, ContextUse use) {
    return new RunEnd.Stopped(
        Limit.CONTEXT,
        transcript.lastText(),
        Problem.of(
                "E804",
                Problem.Category.LIMIT,
                "the conversation does not fit the model's context window, and "
                    + MOST_TRIES
                    + " summaries did not make it fit")
            .from(
                "about "
                    + use.tokens()
                    + " tokens of a window of "
                    + use.window()
                    + (use.refused() ? "; the provider refused it as too long" : ""))
            .help(
                "go on with a larger window: stigmer resume ID --context-length N",
                "or with a model that has one: stigmer fork ID -m MODEL"));
  }

  private RunEnd tooManyTurns(Transcript transcript) {
    return new RunEnd.Stopped(
        Limit.TURNS,
        transcript.lastText(),
        Problem.of(
                "E801",
                Problem.Category.LIMIT,
                "the run reached its limit of " + maxTurns + " model turns")
            .help("go on with a higher limit: stigmer resume ID --max-turns " + 2L * maxTurns));
  }

  private static RunEnd stuck(Transcript transcript) {
    return new RunEnd.Stopped(
        Limit.LOOP,
        transcript.lastText(),
        Problem.of(
                "E802",
                Problem.Category.LIMIT,
                "the model made the same tool call "
                    + CallHistory.STOP_COUNT
                    + " times within its last "
                    + CallHistory.STOP_WINDOW
                    + " calls")
            .from("tool " + transcript.pending().getFirst().call().name())
            .help("say more exactly what to do, or begin anew with a stronger model: -m MODEL"));
  }

  private static RunEnd endOf(ModelTurn turn, Transcript transcript) {
    String partial = transcript.lastText();
    return switch (turn.stop()) {
      case END, TOOL_USE, PAUSE, UNKNOWN -> {
        String text = answer(transcript.messages());
        yield text.isBlank() ? nothingSaid(turn, partial) : new RunEnd.Completed(text);
      }
      case MAX_TOKENS ->
          new RunEnd.Stopped(
              Limit.MAX_TOKENS,
              partial,
              Problem.of(
                      "E803",
                      Problem.Category.LIMIT,
                      "the answer was cut at the output limit of the model's turn")
                  .help("begin anew with longer answers: stigmer run --max-tokens N"));
      case CONTEXT_FULL ->
          new RunEnd.Failed(
              Problem.of("E302", Problem.Category.MODEL, "the model's context window is full")
                  .help(
                      "begin anew with a larger window: --context-length N, or a model that has one"),
              partial);
      case REFUSAL ->
          new RunEnd.Failed(
              Problem.of(
                      "E303",
                      Problem.Category.RUN,
                      turn.provider() + "/" + turn.model() + " refused to answer")
                  .help("put it in other words, or ask another model: -m MODEL"),
              partial);
    };
  }

  /** The text of the last turn, with that of the turns which were broken off before it. */
  private static String answer(List<Message> messages) {
    StringBuilder text = new StringBuilder();
    for (int i = messages.size() - 1; i >= 0; i--) {
      boolean last = i == messages.size() - 1;
      if (!(messages.get(i) instanceof Message.Assistant(ModelTurn turn))
          || (!last && turn.stop() != StopReason.PAUSE)) {
        break;
      }
      text.insert(0, turn.text());
    }
    return text.toString();
  }

  private static RunEnd nothingSaid(ModelTurn turn, String partial) {
    return new RunEnd.Failed(
        Problem.of(
                "E304",
                Problem.Category.MODEL,
                turn.provider() + "/" + turn.model() + " answered with nothing")
            .help("go on: stigmer resume ID, or begin anew with another model: -m MODEL"),
        partial);
  }
}

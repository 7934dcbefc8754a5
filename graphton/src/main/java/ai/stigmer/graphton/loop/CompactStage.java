package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.budget.Account;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry.Compacted;
import ai.stigmer.graphton.journal.JournalEntry.CompactionFailed;
import ai.stigmer.graphton.journal.WorkLog;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ToolSpec;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/*
 * A summary is used only when it is durable, so that a process that dies before has shown it to nobody, and one that
 * dies behind it finds it again. What is kept is reckoned from the smaller of the window and the prompt: a prompt that
 * was refused says that the window is smaller than it was taken for.
 */
/**
 * Has the oldest messages of a run summarised, once.
 *
 * <p>Thread: the run's only.
 */
final class CompactStage {
  /**
   * The share that the kept messages may have at the first try; at the second, as few as can be.
   */
  private static final double KEPT = 0.2;

  /** The share of the conversation that a summary is made from; what is longer is shortened. */
  private static final double SHOWN = 0.5;

  /** A summary that leaves more than this share of the prompt is not worth its price. */
  private static final double WORTH_IT = 0.75;

  private final RunPlan plan;
  private final EventSink events;
  private final ModelStage models;
  private final ToolStage.Recorder recorder;
  private final List<ToolSpec> specs;

  CompactStage(
      RunPlan plan,
      EventSink events,
      ModelStage models,
      ToolStage.Recorder recorder,
      List<ToolSpec> specs) {
    this.plan = plan;
    this.events = events;
    this.models = models;
    this.recorder = recorder;
    this.specs = specs;
  }

  /**
   * Asks for a summary and puts it in its place, or notes why it cannot be used.
   *
   * @param outOfBudget the end of a run that may not ask
   * @return the end of the run, where it cannot go on
   */
  Optional<RunEnd> compact(Transcript transcript, ContextUse use, Supplier<RunEnd> outOfBudget) {
    Scope scope = scope(transcript, use);
    ModelRequest request = scope.request();
    long tokens = (long) (PromptEstimate.bytes(request.messages()) * scope.rate());
    Optional<Account.Reservation> reserved =
        plan.account().reserve(plan.asking().models(), tokens, plan.cancel());
    if (reserved.isEmpty()) {
      return Optional.of(outOfBudget.get());
    }
    try (Account.Reservation reservation = reserved.get()) {
      return switch (models.askQuietly(request)) {
        case ModelResult.Turn answered -> {
          TurnUsage spent = TurnUsage.of(answered.turn());
          record(scope, answered.turn(), spent);
          reservation.settle(spent);
          yield Optional.empty();
        }
        case ModelResult.Failed(ModelFailure failure)
            when failure.kind() == ModelFailure.Kind.CONTEXT_OVERFLOW -> {
          // What the attempt used is recorded where attempts are.
          ChatModel model = models.current();
          var spent = new TurnUsage(model.provider(), model.model(), Usage.NONE);
          recorder.append(List.of(new CompactionFailed("it was too long to be summarised", spent)));
          reservation.settle(spent);
          yield Optional.empty();
        }
        case ModelResult.Failed(ModelFailure failure) ->
            Optional.of(new RunEnd.Failed(failure.problem(), transcript.lastText()));
        case ModelResult.Cancelled _ -> Optional.of(new RunEnd.Cancelled(transcript.lastText()));
      };
    }
  }

  /**
   * What one summary is about.
   *
   * @param replaced how many messages behind the first one it stands for
   * @param room tokens that all is measured by
   * @param rate tokens for a byte
   */
  private record Scope(
      Transcript transcript, ContextUse use, int replaced, double room, double rate) {

    List<Message> messages() {
      return transcript.messages().subList(1, 1 + replaced);
    }

    ModelRequest request() {
      return SummaryRequest.of(
          transcript.messages().getFirst(), messages(), (long) (room * SHOWN / tries() / rate));
    }

    private int tries() {
      return 1 + transcript.context().tries();
    }

    WorkLog log() {
      return SummaryRequest.log(transcript.context().log(), messages());
    }

    int mostText() {
      return SummaryRequest.mostText(room);
    }
  }

  private Scope scope(Transcript transcript, ContextUse use) {
    double rate = PromptEstimate.tokensForAByte(transcript, specs);
    double room = Math.min(use.window(), use.tokens());
    int generous =
        transcript.context().tries() == 0
            ? Compaction.replaced(transcript.messages(), (long) (room * KEPT / rate))
            : 0;
    int replaced = generous > 0 ? generous : Compaction.replaced(transcript.messages(), 0);
    return new Scope(transcript, use, replaced, room, rate);
  }

  private void record(Scope scope, ModelTurn answer, TurnUsage spent) {
    String summary = SummaryRequest.usable(answer, scope.mostText());
    if (summary.isEmpty()) {
      recorder.append(List.of(new CompactionFailed("the model gave no summary", spent)));
      return;
    }
    Compacted compacted = compacted(scope, summary, spent);
    boolean fits = compacted.after() < scope.use().limit();
    if (!fits || compacted.after() > WORTH_IT * compacted.before()) {
      String why = "it leaves about " + compacted.after() + " tokens of " + compacted.before();
      recorder.append(List.of(new CompactionFailed(why, spent)));
      return;
    }
    long seq = recorder.append(List.of(compacted));
    events.send(
        new AgentEvent.Compacted(
            compacted.replaced(), compacted.before(), compacted.after(), compacted.window(), seq));
  }

  private Compacted compacted(Scope scope, String summary, TurnUsage spent) {
    WorkLog log = scope.log();
    String text = SummaryRequest.message(summary, scope.replaced(), log, scope.mostText());
    List<String> unbound =
        plan.asking().models().stream()
            .filter(ChatModel::bindsThinking)
            .map(ChatModel::provider)
            .distinct()
            .toList();
    var draft =
        new Compacted(
            text,
            scope.replaced(),
            log,
            unbound,
            scope.use().tokens(),
            0,
            scope.use().window(),
            spent);
    long after = tokens(scope.transcript().plus(draft), scope.rate());
    return new Compacted(
        text, draft.replaced(), log, unbound, draft.before(), after, draft.window(), spent);
  }

  private long tokens(Transcript shorter, double rate) {
    long bytes = PromptEstimate.frame(shorter, specs) + PromptEstimate.bytes(shorter.messages());
    return (long) Math.ceil(bytes * rate);
  }
}

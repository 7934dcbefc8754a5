package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run's journal means: an immutable fold over its entries. The same entries give the same
 * transcript on any machine.
 *
 * <p>The answers to one turn's calls join the messages together, in the order of the calls, once
 * the last of them is there; so the messages are a valid conversation at every moment.
 */
public final class Transcript {

  /** A run of which nothing is recorded. */
  public static final Transcript EMPTY =
      new Transcript(
          "",
          List.of(),
          List.of(),
          Map.of(),
          CallHistory.EMPTY,
          0,
          List.of(),
          ContextState.NEW,
          null);

  private final String system;
  private final List<Message> messages;
  private final List<PendingCall> openCalls;
  private final Map<String, ToolResult> answered;
  private final CallHistory history;
  private final int turns;
  private final List<TurnUsage> spent;
  private final ContextState context;
  private final @Nullable RunEnd end;

  private Transcript(
      String system,
      List<Message> messages,
      List<PendingCall> openCalls,
      Map<String, ToolResult> answered,
      CallHistory history,
      int turns,
      List<TurnUsage> spent,
      ContextState context,
      @Nullable RunEnd end) {
    this.system = system;
    this.messages = messages;
    this.openCalls = openCalls;
    this.answered = answered;
    this.history = history;
    this.turns = turns;
    this.spent = spent;
    this.context = context;
    this.end = end;
  }

  public static Transcript of(List<Recorded> entries) {
    Transcript transcript = EMPTY;
    for (Recorded recorded : entries) {
      transcript = transcript.plus(recorded.entry());
    }
    return transcript;
  }

  /** This transcript and one more entry. */
  public Transcript plus(JournalEntry entry) {
    return switch (entry) {
      case JournalEntry.RunStarted started ->
          new Transcript(
              started.system(),
              List.of(new Message.User(started.input())),
              List.of(),
              Map.of(),
              CallHistory.EMPTY,
              0,
              List.of(),
              ContextState.NEW,
              null);
      case JournalEntry.RunResumed resumed -> resumed();
      case JournalEntry.RunForked forked -> resumed();
      case JournalEntry.Turn turn -> plusTurn(turn.turn());
      case JournalEntry.ToolIntent intent -> plusIntent(intent);
      case JournalEntry.ToolOutcome outcome -> plusOutcome(outcome);
      case JournalEntry.UserMessage message ->
          withMessages(appended(messages, new Message.User(message.text()))).withEnd(null);
      case JournalEntry.ChildFinished finished -> plusSpent(finished.spent());
      case JournalEntry.AttemptFailed failed -> plusSpent(List.of(failed.spent()));
      case JournalEntry.Compacted compacted -> plusCompacted(compacted);
      case JournalEntry.CompactionFailed failed ->
          plusSpent(List.of(failed.spent())).withContext(context.failed());
      case JournalEntry.ModelSwitched _,
          JournalEntry.ResultKept _,
          JournalEntry.WorkspaceSaved _,
          JournalEntry.ChildStarted _,
          JournalEntry.ApprovalRequested _,
          JournalEntry.ApprovalDecided _ ->
          this;
      case JournalEntry.RunFinished finished -> withEnd(finished.end());
    };
  }

  /** The system text, frozen at the start. */
  public String system() {
    return system;
  }

  /** The conversation as the next request shows it, oldest first. */
  public List<Message> messages() {
    return messages;
  }

  /** The calls of the last turn that have no outcome, in the model's order. */
  public List<PendingCall> pending() {
    return openCalls.stream().filter(call -> !answered.containsKey(call.call().id())).toList();
  }

  /** How many calls the last turn made that has not all its answers; 0 when it has. */
  int callsUnderWay() {
    return openCalls.size();
  }

  /** Answers of the model in the conversation, those that a summary stands for included. */
  int answers() {
    return context.leftOut() + ModelRequest.answers(messages);
  }

  ContextState context() {
    return context;
  }

  /**
   * Tokens of the next prompt, as they are reckoned without the tools that it will bring: what the
   * last answer's provider counted, and one for every two bytes since.
   */
  public long promptTokens() {
    return PromptEstimate.tokens(this, List.of());
  }

  /** How often a summary took the place of the oldest messages. */
  public int compactions() {
    return context.compactions();
  }

  /** How often each call was made lately. */
  public CallHistory history() {
    return history;
  }

  /** Answers of the model so far. */
  public int turns() {
    return turns;
  }

  /**
   * Tokens of all recorded turns and attempts, those that were not used in the end and those of
   * finished sub-agents included.
   */
  public Usage usage() {
    return spent.stream().map(TurnUsage::usage).reduce(Usage.NONE, Usage::plus);
  }

  /** What each recorded turn, and each attempt that failed, used, oldest first. */
  public List<TurnUsage> spent() {
    return spent;
  }

  /** How the run ended, unless it was taken up again. */
  public Optional<RunEnd> end() {
    return Optional.ofNullable(end);
  }

  /** The last words of the model that were not empty; what a stopped run has to show. */
  public String lastText() {
    return messages.reversed().stream()
        .filter(Message.Assistant.class::isInstance)
        .map(message -> ((Message.Assistant) message).turn().text())
        .filter(text -> !text.isBlank())
        .findFirst()
        .orElse("");
  }

  /**
   * Somebody chose to go on after an end, so what led to that end counts no more: an answer that
   * could not be used is asked for again, and calls are counted anew. A run that merely broke off
   * has no end, and goes on exactly as it was.
   */
  private Transcript resumed() {
    boolean unwanted = end instanceof RunEnd.Failed || end instanceof RunEnd.Stopped;
    boolean useless =
        unwanted
            && openCalls.isEmpty()
            && !messages.isEmpty()
            && messages.getLast() instanceof Message.Assistant(ModelTurn last)
            && last.stop() != StopReason.PAUSE;
    boolean circles = end instanceof RunEnd.Stopped stopped && stopped.limit() == RunEnd.Limit.LOOP;
    return new Transcript(
        system,
        useless ? messages.subList(0, messages.size() - 1) : messages,
        openCalls,
        answered,
        circles ? CallHistory.EMPTY : history,
        turns,
        spent,
        end == null ? context : context.resumed(messages.size() - (useless ? 1 : 0)),
        null);
  }

  private Transcript plusTurn(ModelTurn turn) {
    List<ToolCall> calls = turn.calls();
    return new Transcript(
        system,
        appended(messages, new Message.Assistant(turn)),
        calls.stream().map(call -> new PendingCall(call, Optional.empty())).toList(),
        Map.of(),
        history.plus(calls),
        turns + 1,
        longer(List.of(TurnUsage.of(turn))),
        context.plusTurn(turn, messages.size() + 1),
        end);
  }

  private Transcript plusIntent(JournalEntry.ToolIntent intent) {
    List<PendingCall> marked =
        openCalls.stream()
            .map(
                call ->
                    call.call().id().equals(intent.call().id())
                        ? new PendingCall(call.call(), Optional.of(intent))
                        : call)
            .toList();
    return new Transcript(system, messages, marked, answered, history, turns, spent, context, end);
  }

  private Transcript plusOutcome(JournalEntry.ToolOutcome outcome) {
    var results = new LinkedHashMap<>(answered);
    results.put(outcome.call().id(), outcome.result());
    boolean complete = openCalls.stream().allMatch(call -> results.containsKey(call.call().id()));
    if (!complete) {
      return new Transcript(
          system, messages, openCalls, Map.copyOf(results), history, turns, spent, context, end);
    }
    var longer = new ArrayList<Message>(messages.size() + openCalls.size());
    longer.addAll(messages);
    for (PendingCall open : openCalls) {
      ToolResult result = results.get(open.call().id());
      if (result != null) {
        longer.add(new Message.ToolAnswer(open.call(), result));
      }
    }
    return new Transcript(
        system, List.copyOf(longer), List.of(), Map.of(), history, turns, spent, context, end);
  }

  private Transcript withMessages(List<Message> longer) {
    return new Transcript(system, longer, openCalls, answered, history, turns, spent, context, end);
  }

  private Transcript withEnd(@Nullable RunEnd newEnd) {
    return new Transcript(
        system, messages, openCalls, answered, history, turns, spent, context, newEnd);
  }

  private Transcript withContext(ContextState other) {
    return new Transcript(system, messages, openCalls, answered, history, turns, spent, other, end);
  }

  /** An answer that the window cut goes with the messages that filled it. */
  private Transcript plusCompacted(JournalEntry.Compacted compacted) {
    List<Message> whole = Compaction.usable(messages);
    int from = Math.min(1 + compacted.replaced(), whole.size());
    var shorter = new ArrayList<Message>(whole.size() - from + 2);
    shorter.add(whole.getFirst());
    shorter.add(new Message.User(compacted.text()));
    shorter.addAll(Compaction.moved(whole.subList(from, whole.size()), compacted.unbound()));
    int answers = ModelRequest.answers(messages) - ModelRequest.answers(shorter);
    return new Transcript(
        system,
        List.copyOf(shorter),
        openCalls,
        answered,
        history,
        turns,
        longer(List.of(compacted.spent())),
        context.plus(compacted, answers, shorter.size()),
        end);
  }

  private Transcript plusSpent(List<TurnUsage> more) {
    return new Transcript(
        system, messages, openCalls, answered, history, turns, longer(more), context, end);
  }

  private List<TurnUsage> longer(List<TurnUsage> more) {
    var longer = new ArrayList<TurnUsage>(spent.size() + more.size());
    longer.addAll(spent);
    longer.addAll(more);
    return List.copyOf(longer);
  }

  private static List<Message> appended(List<Message> list, Message message) {
    var longer = new ArrayList<Message>(list.size() + 1);
    longer.addAll(list);
    longer.add(message);
    return List.copyOf(longer);
  }
}

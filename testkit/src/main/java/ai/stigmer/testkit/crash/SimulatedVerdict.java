package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.loop.Transcript;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.testkit.crash.SimulatedPlay.Kind;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares a run that was disturbed with the same run that was not.
 *
 * @param disturbances how many processes died or slept
 */
record SimulatedVerdict(SimulatedWorld undisturbed, SimulatedWorld world, int disturbances) {

  /** The recorded end that nobody needs to go on from. */
  static @Nullable RunEnd finalEnd(List<JournalEntry> entries) {
    return !entries.isEmpty()
            && entries.getLast() instanceof JournalEntry.RunFinished(RunEnd end)
            && (end instanceof RunEnd.Completed || end instanceof RunEnd.Stopped)
        ? end
        : null;
  }

  static int unknown(List<JournalEntry> entries) {
    return (int)
        entries.stream()
            .filter(
                entry ->
                    entry instanceof JournalEntry.ToolOutcome(var call, var result, _)
                        && result.status() == ToolResult.Status.UNKNOWN)
            .count();
  }

  void check() {
    RunEnd expected = finalEnd(undisturbed.entries());
    RunEnd actual = finalEnd(world.entries());
    checkEffects();
    checkMessages(actual);
    checkBudget();
    checkAnswer(actual);
    world.tree(SimulatedWorld.RUN).forEach(this::checkRemembered);
    if (world.play.isLimited()
        && world.play.delegates()
        && expected instanceof RunEnd.Stopped stopped
        && stopped.limit().isOfTree()) {
      // Which sub-agent gets the last of a budget depends on the order in which they went on.
      world.require(
          actual instanceof RunEnd.Stopped same && same.limit() == stopped.limit(),
          "it ends with " + actual + ", not " + expected);
      return;
    }
    world.require(
        expected != null && expected.equals(actual),
        "it ends with " + actual + ", not " + expected);
    List<String> runs = undisturbed.tree(SimulatedWorld.RUN);
    world.require(runs.equals(world.tree(SimulatedWorld.RUN)), "there are other sub-agents");
    if (runs.equals(world.tree(SimulatedWorld.RUN))) {
      runs.forEach(this::checkConversation);
    }
  }

  /** No answer and no call is beyond the limit, whichever process asked for it. */
  private void checkBudget() {
    int answers = 0;
    int calls = 0;
    for (String run : world.tree(SimulatedWorld.RUN)) {
      for (JournalEntry entry : world.entries(run)) {
        answers +=
            entry instanceof JournalEntry.Turn || entry instanceof JournalEntry.Compacted ? 1 : 0;
        calls +=
            entry instanceof JournalEntry.ToolOutcome outcome
                    && outcome.result().status() != ToolResult.Status.NOT_RUN
                ? 1
                : 0;
      }
    }
    world.require(
        answers <= world.play.budget().modelCalls().orElse(answers),
        answers + " answers are beyond the budget");
    world.require(
        calls <= world.play.budget().toolCalls().orElse(calls),
        calls + " calls are beyond the budget");
  }

  /** What a run completes with was checked, and is what the check made of it. */
  private void checkAnswer(@Nullable RunEnd actual) {
    world.require(
        !(actual instanceof RunEnd.Completed completed)
            || completed.text().matches("<" + SimulatedPlay.ANSWER + ">|<turn .*>"),
        "an answer was not checked: " + actual);
  }

  /** Who has said that all such calls may run is not asked in a later turn. */
  private void checkRemembered(String run) {
    boolean remembered = false;
    boolean later = false;
    for (JournalEntry entry : world.entries(run)) {
      remembered |=
          entry instanceof JournalEntry.ApprovalDecided decided
              && decided.decision() instanceof ApprovalDecision.Remembered;
      later |= remembered && entry instanceof JournalEntry.Turn;
      world.require(
          !(later
              && entry instanceof JournalEntry.ApprovalRequested(var request)
              && request.question() == Question.MAY_IT_RUN),
          "somebody's word for all calls is forgotten: " + entry);
    }
  }

  /** What was said to a run before its answer was there is part of what it answered. */
  private void checkMessages(@Nullable RunEnd actual) {
    boolean said =
        world.journal.inbox().find(SimulatedWorld.RUN, Post.Message.topic(1)).isPresent();
    boolean heard = world.entries().contains(new JournalEntry.UserMessage(SimulatedTool.SAID, 1));
    world.require(
        heard == said || !(actual instanceof RunEnd.Completed), "a message was not heard");
  }

  private void checkConversation(String run) {
    List<Message> expected = fold(undisturbed, run).messages();
    List<Message> actual = fold(world, run).messages();
    if (expected.size() != actual.size()) {
      world.require(false, "the conversation of " + run + " is " + actual + ", not " + expected);
      return;
    }
    int unknown = 0;
    for (int i = 0; i < expected.size(); i++) {
      if (isUnknown(run, actual.get(i))) {
        unknown++;
      } else {
        world.require(
            same(expected.get(i), actual.get(i)),
            "message " + i + " of " + run + " is " + actual.get(i) + ", not " + expected.get(i));
      }
    }
    world.require(unknown <= disturbances, unknown + " unknown of " + disturbances);
    world.require(
        fold(world, run).usage().equals(fold(undisturbed, run).usage()),
        "the tokens are not the same");
  }

  private void checkEffects() {
    Set<String> known = undisturbed.started.keySet();
    world.require(
        known.containsAll(world.started.keySet()) || world.play.isLimited(),
        "calls that the run does not make");
    world.started.forEach(
        (key, times) ->
            world.require(
                times == 1 || !kind(key).canBeUnknown(), key + " was started " + times + " times"));
    world.effects.forEach(
        (key, times) ->
            world.require(
                times == 1 || kind(key) == Kind.READ || kind(key) == Kind.IDEMPOTENT,
                key + " took effect " + times + " times"));
    world.tree(SimulatedWorld.RUN).forEach(this::checkHappened);
  }

  private void checkHappened(String run) {
    for (Message message : fold(world, run).messages()) {
      if (message instanceof Message.ToolAnswer answer
          && answer.result().status() == ToolResult.Status.OK
          && kind(run + "/" + answer.call().id()) != Kind.TASK
          && !isLost(answer.result())) {
        boolean happened =
            world.effects.keySet().stream()
                .anyMatch(key -> key.startsWith(run + "/") && key.endsWith(answer.call().id()));
        world.require(happened, "nothing happened, and the model is told " + answer);
      }
    }
  }

  /** Who of the models answered depends on when which one failed; what was said does not. */
  private static boolean same(Message expected, Message actual) {
    if (expected instanceof Message.Assistant left && actual instanceof Message.Assistant right) {
      return left.turn().blocks().equals(right.turn().blocks());
    }
    return expected.equals(actual);
  }

  private boolean isUnknown(String run, Message message) {
    return message instanceof Message.ToolAnswer answer
        && isLost(answer.result())
        && kind(run + "/" + answer.call().id()).canBeUnknown();
  }

  /** Whether the tool's own result is lost, even if somebody knew what became of the call. */
  private static boolean isLost(ToolResult result) {
    return result.status() == ToolResult.Status.UNKNOWN
        || result.text().startsWith("The process stopped while this call was running");
  }

  private Kind kind(String key) {
    return world.play(key.substring(0, key.indexOf('/'))).call(key).kind();
  }

  private static Transcript fold(SimulatedWorld world, String run) {
    return Transcript.of(world.journal.read(run));
  }
}

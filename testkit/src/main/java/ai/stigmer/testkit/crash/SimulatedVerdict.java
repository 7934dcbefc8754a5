package ai.stigmer.testkit.crash;

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
    world.require(
        expected != null && expected.equals(actual),
        "it ends with " + actual + ", not " + expected);
    checkConversation();
    checkEffects();
    checkMessages(actual);
  }

  /** What was said to a run before its answer was there is part of what it answered. */
  private void checkMessages(@Nullable RunEnd actual) {
    boolean said =
        world.journal.inbox().find(SimulatedWorld.RUN, Post.Message.topic(1)).isPresent();
    boolean heard = world.entries().stream().anyMatch(JournalEntry.UserMessage.class::isInstance);
    world.require(
        heard == said || !(actual instanceof RunEnd.Completed), "a message was not heard");
  }

  private void checkConversation() {
    List<Message> expected = fold(undisturbed).messages();
    List<Message> actual = fold(world).messages();
    if (expected.size() != actual.size()) {
      world.require(false, "the conversation is " + actual + ", not " + expected);
      return;
    }
    int unknown = 0;
    for (int i = 0; i < expected.size(); i++) {
      if (isUnknown(actual.get(i))) {
        unknown++;
      } else {
        world.require(
            same(expected.get(i), actual.get(i)),
            "message " + i + " is " + actual.get(i) + ", not " + expected.get(i));
      }
    }
    world.require(unknown <= disturbances, unknown + " unknown of " + disturbances);
    world.require(
        fold(world).usage().equals(fold(undisturbed).usage()), "the tokens are not the same");
  }

  private void checkEffects() {
    Set<String> known = undisturbed.started.keySet();
    world.require(known.containsAll(world.started.keySet()), "calls that the run does not make");
    world.started.forEach(
        (key, times) ->
            world.require(
                times == 1 || kind(key) != Kind.UNSAFE, key + " was started " + times + " times"));
    world.effects.forEach(
        (key, times) ->
            world.require(
                times == 1 || kind(key) == Kind.READ || kind(key) == Kind.IDEMPOTENT,
                key + " took effect " + times + " times"));
    List<Message> messages = fold(world).messages();
    for (Message message : messages) {
      if (message instanceof Message.ToolAnswer answer
          && answer.result().status() == ToolResult.Status.OK) {
        boolean happened =
            world.effects.keySet().stream().anyMatch(key -> key.endsWith(answer.call().id()));
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

  private boolean isUnknown(Message message) {
    return message instanceof Message.ToolAnswer answer
        && answer.result().status() == ToolResult.Status.UNKNOWN
        && kind(answer.call().id()) == Kind.UNSAFE;
  }

  private Kind kind(String key) {
    return world.play.call(key).kind();
  }

  private static Transcript fold(SimulatedWorld world) {
    return Transcript.of(world.journal.read(SimulatedWorld.RUN));
  }
}

package ai.stigmer.graphton.subagent;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ChildFinished;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.tool.CallSuspended;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Hands a task to a sub-agent: a run with a journal, context and tools of its own. The call is
 * idempotent under the child's id: serving it again after a crash goes on with the child at its
 * step.
 *
 * <p>Thread contract: thread-safe; several calls run at the same time.
 */
public final class TaskTool implements Tool {
  /** The name of the deep-agents convention. */
  public static final String NAME = "task";

  private final Delegation delegation;
  private final Consumer<AgentEvent> listener;
  private final Consumer<JournalEntry> recorder;
  private final Set<String> admitted = new HashSet<>();
  private final Set<String> started = new HashSet<>();
  private final Set<String> finished = new HashSet<>();

  /**
   * The tool of one run.
   *
   * @param before the run's entries so far
   * @param recorder writes an entry of the run down and returns when it is durable; thread-safe
   */
  public TaskTool(
      Delegation delegation,
      List<Recorded> before,
      Consumer<AgentEvent> listener,
      Consumer<JournalEntry> recorder) {
    this.delegation = delegation;
    this.listener = listener;
    this.recorder = recorder;
    for (Recorded recorded : before) {
      if (recorded.entry() instanceof ChildStarted child) {
        admitted.add(child.childRunId());
        started.add(child.childRunId());
      } else if (recorded.entry() instanceof ChildFinished child) {
        finished.add(child.childRunId());
      }
    }
  }

  @Override
  public ToolSpec spec() {
    return spec(delegation.roster());
  }

  /** What the model sees of a roster. */
  public static ToolSpec spec(Map<String, String> roster) {
    String agents =
        roster.entrySet().stream()
            .map(entry -> "- " + entry.getKey() + ": " + entry.getValue())
            .collect(Collectors.joining("\n"));
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    properties
        .putObject("description")
        .put("type", "string")
        .put("description", "The whole task: the sub-agent knows nothing but this text.");
    ObjectNode type = properties.putObject("subagent_type").put("type", "string");
    type.put("description", "Which sub-agent is to do it.");
    roster.keySet().forEach(type.putArray("enum")::add);
    schema.putArray("required").add("description").add("subagent_type");
    return new ToolSpec(
        NAME,
        """
        Hands a task to a sub-agent that works on it alone, with a context of its own, and gives \
        back its last message. Call it several times in one answer to have tasks done at the same \
        time. The sub-agents are:
        """
            + agents,
        schema.toString());
  }

  @Override
  public EffectClass effect() {
    return EffectClass.IDEMPOTENT;
  }

  @Override
  public boolean concurrent() {
    return true;
  }

  /**
   * Admits the call, in the order of the model's calls.
   *
   * @throws IllegalArgumentException when there is no such sub-agent, or there are too many
   */
  @Override
  public synchronized Optional<String> prepare(ToolArguments arguments, ToolContext context) {
    String agent = arguments.string("subagent_type");
    if (!delegation.roster().containsKey(agent)) {
      throw new IllegalArgumentException(
          "there is no sub-agent \""
              + agent
              + "\"; the sub-agents are: "
              + String.join(", ", delegation.roster().keySet()));
    }
    String child = childOf(context);
    if (!admitted.contains(child) && admitted.size() >= delegation.fanOut()) {
      throw new IllegalArgumentException(
          "the run has started its "
              + delegation.fanOut()
              + " sub-agents and may start no more; do the rest yourself");
    }
    admitted.add(child);
    return Optional.of(child);
  }

  @Override
  public ToolResult run(ToolArguments arguments, ToolContext context) {
    String agent = arguments.string("subagent_type");
    String child = childOf(context);
    String call = context.callId().substring(context.callId().indexOf('/') + 1);
    if (begins(child)) {
      recorder.accept(new ChildStarted(call, child, agent));
    }
    RunResult result =
        delegation
            .children()
            .drive(
                agent,
                child,
                arguments.string("description"),
                event -> listener.accept(new AgentEvent.Child(call, child, agent, event)));
    ToolResult told = told(agent, result.end());
    if (ends(child)) {
      recorder.accept(new ChildFinished(child, result.end(), result.turns(), result.spent()));
    }
    return told;
  }

  /**
   * What the parent's model is told.
   *
   * @throws CallSuspended when the whole tree ends or waits, and the child goes on with its parent
   *     later
   */
  private static ToolResult told(String agent, RunEnd end) {
    return switch (end) {
      case RunEnd.Completed completed -> ToolResult.ok(completed.text());
      case RunEnd.Waiting waiting -> throw new CallSuspended(waiting);
      case RunEnd.Cancelled _ -> throw new CallSuspended("the run was cancelled");
      case RunEnd.Yielded yielded ->
          throw yielded.awaited().isPresent()
              ? new CallSuspended(yielded)
              : new CallSuspended("the run goes on elsewhere");
      case RunEnd.Stopped stopped -> {
        if (stopped.limit().isOfTree()) {
          throw new CallSuspended(stopped.problem().message());
        }
        yield unfinished(
            agent, "was stopped before it was done", stopped.problem().message(), end.text());
      }
      case RunEnd.Failed failed ->
          unfinished(agent, "failed", failed.problem().message(), end.text());
    };
  }

  private static ToolResult unfinished(String agent, String how, String why, String text) {
    String last =
        text.isBlank() ? "It left no answer." : "The last that it said, unfinished:\n" + text;
    return ToolResult.error(
        "The sub-agent " + agent + " " + how + ": " + why + ".\nWhat it has done stays. " + last);
  }

  private static String childOf(ToolContext context) {
    return ChildIds.of(context.runId(), context.callId());
  }

  private synchronized boolean begins(String child) {
    admitted.add(child);
    return started.add(child);
  }

  private synchronized boolean ends(String child) {
    return finished.add(child);
  }
}

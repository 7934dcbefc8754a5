package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Lets tools that run at the same time end in an order drawn from a seed, so that a schedule can be
 * repeated: a body begins when the outcome of the one before it is durable.
 *
 * <p>Thread contract: thread-safe; the run's events come from one thread.
 */
final class ReadOrder implements ToolInterceptor {
  private static final long MOST_MILLIS = 20_000;

  private final SplittableRandom random;
  private final CrashPoints points;
  private final List<String> waiting = new ArrayList<>();

  ReadOrder(SplittableRandom random, CrashPoints points) {
    this.random = random;
    this.points = points;
  }

  synchronized void note(AgentEvent event) {
    if (event instanceof AgentEvent.ToolStarted(var call)) {
      waiting.add(random.nextInt(waiting.size() + 1), call.id());
    } else if (event instanceof AgentEvent.ToolFinished(var call, var _, var _)) {
      waiting.remove(call.id());
      notifyAll();
    }
  }

  /** The process has died; nobody waits for an outcome any more. */
  synchronized void wake() {
    notifyAll();
  }

  @Override
  public ToolResult around(Tool tool, ToolArguments arguments, ToolContext context, Next next)
      throws Exception {
    await(context.callId().substring(context.callId().indexOf('/') + 1));
    return next.run(arguments);
  }

  private synchronized void await(String callId) throws InterruptedException {
    long end = System.nanoTime() + MOST_MILLIS * 1_000_000;
    while (!waiting.isEmpty() && !waiting.getFirst().equals(callId)) {
      points.checkAlive();
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new IllegalStateException("call " + callId + " waits for " + waiting);
      }
      wait(left);
    }
  }
}

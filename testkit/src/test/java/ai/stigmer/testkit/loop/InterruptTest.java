package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.tool.Tool;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What executors and timeouts do to end a run: they interrupt its thread. */
@Timeout(60)
class InterruptTest extends LoopFixture {
  private final CountDownLatch inside = new CountDownLatch(1);
  private final AtomicReference<RunResult> result = new AtomicReference<>();
  private final AtomicBoolean stillInterrupted = new AtomicBoolean();

  @Test
  void anInterruptWithinAToolEndsTheRunAndStaysSeen() throws InterruptedException {
    interruptWithin(Tool.named("wait").describedAs("Waits.").calling(args -> waiting()));
  }

  @Test
  void anInterruptWhileReadOnlyToolsRunTogetherEndsTheRunToo() throws InterruptedException {
    Tool reading =
        Tool.named("wait")
            .describedAs("Waits.")
            .optionalInteger("n", "which")
            .readOnly()
            .calling(
                (args, context) -> {
                  inside.countDown();
                  while (!context.cancel().isCancelled()) {
                    Thread.onSpinWait();
                  }
                  return ai.stigmer.graphton.message.ToolResult.ok("ended");
                });
    interruptWithin(reading, "{\"n\":1}", "{\"n\":2}");
  }

  private void interruptWithin(Tool tool, String... arguments) throws InterruptedException {
    String[] calls = arguments.length == 0 ? new String[] {"{}"} : arguments;
    Thread run =
        Thread.ofVirtual()
            .start(
                () -> {
                  result.set(
                      runner(calls("wait", calls), nothing())
                          .run(Agent.named("a").tools(tool).build(), "go", "r"));
                  stillInterrupted.set(Thread.currentThread().isInterrupted());
                });
    inside.await();
    run.interrupt();
    run.join();

    assertThat(result.get().end()).isInstanceOf(RunEnd.Cancelled.class);
    assertThat(stillInterrupted).isTrue();
  }

  private String waiting() throws InterruptedException {
    inside.countDown();
    new CountDownLatch(1).await();
    return "never";
  }
}

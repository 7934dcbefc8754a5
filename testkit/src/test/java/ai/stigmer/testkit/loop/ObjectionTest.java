package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.tool.ToolPolicy.Decision;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What interceptors may say of a call before it is announced. */
class ObjectionTest extends LoopFixture {
  private final AtomicInteger heard = new AtomicInteger();

  @Test
  void anObjectionDeniesTheCallBeforeAnythingOfItIsAnnounced() {
    // When
    runner(calls("work", "{}"), says("done"))
        .aroundTools(objecting(() -> Optional.of("not this one")))
        .run(agent(), "go", "r");
    // Then
    assertThat(lastAnswer()).isEqualTo(ToolResult.denied("not this one"));
    assertThat(effects).hasValue(0);
    assertThat(entries("r")).noneMatch(JournalEntry.ToolIntent.class::isInstance);
  }

  @Test
  void theFirstObjectionCountsAndWhoHasNoneLetsTheCallRun() {
    runner(calls("work", "{}"), calls("work", "{\"n\":1}"), says("done"))
        .aroundTools(objecting(Optional::empty))
        .aroundTools(objecting(() -> heard.get() > 2 ? Optional.of("enough") : Optional.empty()))
        .aroundTools(objecting(() -> Optional.of("never").filter(_ -> heard.get() > 3)))
        .run(Agent.named("a").tools(numbered()).build(), "go", "r");
    assertThat(effects).hasValue(1);
    assertThat(lastAnswer()).isEqualTo(ToolResult.denied("enough"));
  }

  @Test
  void aCallThatThePolicyRefusesIsNotAskedAbout() {
    runner(calls("work", "{}"), says("done"))
        .policy((tool, call) -> new Decision.Deny("no"))
        .aroundTools(objecting(Optional::empty))
        .run(agent(), "go", "r");
    assertThat(heard).hasValue(0);
    assertThat(lastAnswer()).isEqualTo(ToolResult.denied("no"));
  }

  @Test
  void aCallThatWasAnnouncedIsSettledWithoutBeingAskedAboutAgain() {
    // Given
    Tool again =
        Tool.named("work")
            .describedAs("Works.")
            .idempotent()
            .calling(args -> "" + effects.incrementAndGet());
    dieAfter(JournalEntry.ToolIntent.class, calls("work", "{}"), again, "r");
    // When
    runner(nothing(), says("ok"))
        .aroundTools(objecting(() -> Optional.of("too late")))
        .resume(Agent.named("a").tools(again).build(), "r");
    // Then
    assertThat(heard).hasValue(0);
    assertThat(lastAnswer()).isEqualTo(ToolResult.ok("1"));
  }

  @Test
  void aRunThatIsCancelledMeanwhileHasNoOutcomeAndAsksAgain() {
    // Given
    var cancel = new CancelToken();
    ToolInterceptor cancelling =
        objecting(
            () -> {
              cancel.cancel();
              return Optional.of("cancelled");
            });
    // When
    RunResult result =
        runner(calls("work", "{}")).cancel(cancel).aroundTools(cancelling).run(agent(), "go", "r");
    // Then
    assertThat(result.end()).isEqualTo(new RunEnd.Cancelled(""));
    assertThat(entries("r")).noneMatch(JournalEntry.ToolOutcome.class::isInstance);
    runner(nothing(), says("done")).aroundTools(objecting(Optional::empty)).resume(agent(), "r");
    assertThat(heard).hasValue(2);
    assertThat(effects).hasValue(1);
  }

  @Test
  void anInterruptMeanwhileCancelsTheRun() {
    // When
    RunResult result =
        runner(calls("work", "{}"))
            .aroundTools(
                objecting(
                    () -> {
                      throw new InterruptedException();
                    }))
            .run(agent(), "go", "r");
    // Then
    assertThat(Thread.interrupted()).isTrue();
    assertThat(result.end()).isEqualTo(new RunEnd.Cancelled(""));
    assertThat(effects).hasValue(0);
  }

  private Agent agent() {
    return Agent.named("a").tools(counting()).build();
  }

  private ToolInterceptor objecting(Callable<Optional<String>> objection) {
    return new ToolInterceptor() {
      @Override
      public Optional<String> objection(
          Tool tool, ToolCall call, ToolArguments arguments, ToolContext context)
          throws InterruptedException {
        heard.incrementAndGet();
        try {
          return objection.call();
        } catch (InterruptedException e) {
          throw e;
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }

      @Override
      public ToolResult around(Tool tool, ToolArguments arguments, ToolContext context, Next next)
          throws Exception {
        return next.run(arguments);
      }
    };
  }
}

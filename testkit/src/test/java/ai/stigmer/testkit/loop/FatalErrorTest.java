package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.tool.Tool;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Errors of the virtual machine, after which nothing of a run can be trusted, not even its end. */
class FatalErrorTest {

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void anErrorInOneOfManyReadsReachesTheCallerInsteadOfLeavingItWaiting() {
    // Given
    Tool look =
        Tool.named("look")
            .describedAs("Looks.")
            .readOnly()
            .calling(
                args -> {
                  throw new OutOfMemoryError("as in a test");
                });
    List<Block> twice =
        List.of(
            new Block.Call(new ToolCall("1", "look", "{}")),
            new Block.Call(new ToolCall("2", "look", "{}")));
    var model =
        new LoopFixture.Answers(
            List.of(request -> LoopFixture.turn(twice, StopReason.TOOL_USE)), new ArrayList<>());
    // When
    assertThatThrownBy(() -> Graphton.with(model).run(Agent.named("a").tools(look).build(), "go"))
        // Then
        .isInstanceOf(OutOfMemoryError.class);
  }
}

package ai.stigmer.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.loop.SteeringDesk;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class FollowingTest {
  private final InMemoryJournal journal = new InMemoryJournal(InstantSource.system());
  private final Following following =
      new Following(
          AgentExecution.getDefaultInstance(),
          journal,
          new SteeringDesk(journal),
          InstantSource.system());

  @Test
  void readersShareAStateUntilItChanges() {
    AgentExecution before = following.state();
    assertThat(following.state()).isSameAs(before);
    // When
    var _ = following.add(new AgentEvent.TextDelta(1, "hello"));
    // Then
    assertThat(following.state().getStatus().getMessages(0).getContent()).isEqualTo("hello");
    assertThat(following.state()).isSameAs(following.state());
  }

  @Test
  void aReportAndAFailureChangeTheState() {
    var _ = following.state();
    following.fail("E201: broken");
    assertThat(following.state().getStatus().getError()).isEqualTo("E201: broken");
    following.merge(
        AgentExecutionStatus.newBuilder().setPhase(ExecutionPhase.EXECUTION_CANCELLED).build());
    assertThat(following.state().getStatus().getPhase())
        .isEqualTo(ExecutionPhase.EXECUTION_CANCELLED);
  }
}

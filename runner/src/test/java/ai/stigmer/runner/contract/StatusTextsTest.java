package ai.stigmer.runner.contract;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.AgentMessage;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.agentic.agentexecution.v1.TodoItem;
import ai.stigmer.agentic.agentexecution.v1.ToolCall;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import org.junit.jupiter.api.Test;

class StatusTextsTest {
  private static final int MOST = 20_000;

  @Test
  void everyTextIsChangedWhereverItStands() {
    AgentExecutionStatus status =
        AgentExecutionStatus.newBuilder()
            .setPhase(ExecutionPhase.EXECUTION_FAILED)
            .setError("old")
            .addMessages(
                AgentMessage.newBuilder()
                    .setContent("old")
                    .addToolCalls(
                        ToolCall.newBuilder()
                            .setArgs(
                                Struct.newBuilder()
                                    .putFields(
                                        "a", Value.newBuilder().setStringValue("old").build()))))
            .putTodos("1", TodoItem.newBuilder().setContent("old").build())
            .build();

    AgentExecutionStatus changed =
        StatusTexts.changed(status, text -> text.equals("old") ? "new" : text);

    assertThat(changed.toString()).isEqualTo(status.toString().replace("old", "new"));
  }

  @Test
  void aStatusThatFitsStaysAsItIs() {
    AgentExecutionStatus status = withMessages(10, 100);

    assertThat(StatusTexts.within(status, MOST)).isSameAs(status);
  }

  @Test
  void longTextsAreCutBeforeMessagesAreLeftOut() {
    AgentExecutionStatus fitting = StatusTexts.within(withMessages(10, 60_000), MOST);

    assertThat(fitting.getSerializedSize()).isLessThanOrEqualTo(MOST);
    assertThat(fitting.getMessagesList())
        .hasSize(10)
        .allSatisfy(message -> assertThat(message.getContent()).contains("[cut: "));
  }

  @Test
  void ofTooManyMessagesTheNewestStay() {
    AgentExecutionStatus fitting = StatusTexts.within(withMessages(1_000, 60_000), MOST);

    assertThat(fitting.getSerializedSize()).isLessThanOrEqualTo(MOST);
    assertThat(fitting.getMessagesList()).isNotEmpty();
    assertThat(fitting.getMessagesList().getLast().getTimestamp()).isEqualTo("999");
  }

  private static AgentExecutionStatus withMessages(int count, int length) {
    AgentExecutionStatus.Builder status = AgentExecutionStatus.newBuilder();
    for (int i = 0; i < count; i++) {
      status.addMessages(
          AgentMessage.newBuilder().setContent("x".repeat(length)).setTimestamp("" + i));
    }
    return status.build();
  }
}

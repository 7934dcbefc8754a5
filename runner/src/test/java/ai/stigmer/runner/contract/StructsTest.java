package ai.stigmer.runner.contract;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionList;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.AgentMessage;
import ai.stigmer.agentic.agentexecution.v1.ToolCall;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What models write as arguments, in messages of the contract. */
class StructsTest {

  @ParameterizedTest
  @ValueSource(ints = {20, 40, 900, 5_000})
  void argumentsOfAnyDepthCanBeReadAgainWhereverTheyStand(int depth) throws Exception {
    String objects = "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
    String lists = "{\"a\":" + "[".repeat(depth) + "1" + "]".repeat(depth) + "}";

    for (String arguments : List.of(objects, lists)) {
      AgentExecutionList list = listed(Structs.of(arguments));

      assertThat(AgentExecutionList.parseFrom(list.toByteArray())).isEqualTo(list);
    }
  }

  @Test
  void whatStandsDeeperIsKeptAsText() {
    String arguments = "{\"a\":".repeat(30) + "1" + "}".repeat(30);

    Value inner = Value.newBuilder().setStructValue(Structs.of(arguments)).build();
    int depth = 0;
    while (inner.hasStructValue()) {
      inner = inner.getStructValue().getFieldsOrThrow("a");
      depth++;
    }

    assertThat(depth).isEqualTo(24);
    assertThat(inner.getStringValue()).isEqualTo("{\"a\":".repeat(6) + "1" + "}".repeat(6));
  }

  private static AgentExecutionList listed(Struct arguments) {
    return AgentExecutionList.newBuilder()
        .addEntries(
            AgentExecution.newBuilder()
                .setStatus(
                    AgentExecutionStatus.newBuilder()
                        .addMessages(
                            AgentMessage.newBuilder()
                                .addToolCalls(ToolCall.newBuilder().setArgs(arguments)))))
        .build();
  }
}

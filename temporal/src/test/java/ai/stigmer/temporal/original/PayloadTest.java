package ai.stigmer.temporal.original;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import com.google.protobuf.ByteString;
import io.temporal.api.common.v1.Payload;
import io.temporal.common.converter.DefaultDataConverter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Executions as the SDKs of other languages write them. */
class PayloadTest {
  private static final String TYPE = "ai.stigmer.agentic.agentexecution.v1.AgentExecution";
  private static final AgentExecution EXECUTION = execution();

  private static AgentExecution execution() {
    AgentExecution.Builder execution = AgentExecution.newBuilder();
    execution.getMetadataBuilder().setId("aex_1");
    execution.getSpecBuilder().setSessionId("ses_1").setMessage("hi");
    return execution.build();
  }

  private static AgentExecution read(String encoding, ByteString data) {
    return DefaultDataConverter.newDefaultInstance()
        .fromPayload(
            Payload.newBuilder()
                .putMetadata("encoding", ByteString.copyFromUtf8(encoding))
                .putMetadata("messageType", ByteString.copyFromUtf8(TYPE))
                .setData(data)
                .build(),
            AgentExecution.class,
            AgentExecution.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"metadata\":{\"id\":\"aex_1\"},\"spec\":{\"sessionId\":\"ses_1\",\"message\":\"hi\"}}",
        "{\"metadata\":{\"id\":\"aex_1\"},\"spec\":{\"session_id\":\"ses_1\",\"message\":\"hi\"}}",
        "{\"metadata\":{\"id\":\"aex_1\",\"later\":1},\"spec\":{\"sessionId\":\"ses_1\",\"message\":\"hi\"}}"
      })
  void jsonIsReadWithNamesOfEitherKindAndWithoutThoseOfALaterVersion(String json) {
    assertThat(read("json/protobuf", ByteString.copyFromUtf8(json))).isEqualTo(EXECUTION);
  }

  @Test
  void binaryIsReadAsWell() {
    assertThat(read("binary/protobuf", EXECUTION.toByteString())).isEqualTo(EXECUTION);
  }
}

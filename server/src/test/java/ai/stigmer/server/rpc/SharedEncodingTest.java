package ai.stigmer.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionSpec;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.protobuf.ProtoUtils;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SharedEncodingTest {
  private final AtomicInteger encoded = new AtomicInteger();
  private final Marshaller<AgentExecution> proto =
      ProtoUtils.marshaller(AgentExecution.getDefaultInstance());
  private final SharedEncoding<AgentExecution> shared =
      new SharedEncoding<>(
          new Marshaller<>() {
            @Override
            public InputStream stream(AgentExecution message) {
              encoded.incrementAndGet();
              return proto.stream(message);
            }

            @Override
            public AgentExecution parse(InputStream stream) {
              return proto.parse(stream);
            }
          });

  @Test
  void aMessageIsEncodedOnceForAllItsReaders() throws IOException {
    AgentExecution message = message("hello");
    for (int reader = 0; reader < 100; reader++) {
      assertThat(shared.stream(message).readAllBytes()).isEqualTo(message.toByteArray());
    }
    assertThat(encoded).hasValue(1);
  }

  @Test
  void whatIsReadIsWhatWasWritten() {
    AgentExecution message = message("hello");
    assertThat(shared.parse(shared.stream(message))).isEqualTo(message);
  }

  @Test
  void manyMessagesAtOnceAreNeverTakenForOneAnother() throws Exception {
    List<AgentExecution> messages =
        Stream.iterate(0, i -> i + 1).limit(2_000).map(i -> message("m" + i)).toList();
    Callable<Integer> reader =
        () -> {
          int wrong = 0;
          for (AgentExecution message : messages) {
            wrong += shared.parse(shared.stream(message)).equals(message) ? 0 : 1;
          }
          return wrong;
        };
    var wrong = new ArrayList<Integer>();
    try (ExecutorService readers = Executors.newFixedThreadPool(4)) {
      for (Future<Integer> one : readers.invokeAll(List.of(reader, reader, reader, reader))) {
        wrong.add(one.get());
      }
    }
    assertThat(wrong).containsOnly(0);
  }

  @Test
  void theBytesOfALongMessageAreNotKept() throws IOException {
    AgentExecution message = message("x".repeat(256 * 1024));
    for (int reader = 0; reader < 2; reader++) {
      assertThat(shared.stream(message).readAllBytes()).isEqualTo(message.toByteArray());
    }
    assertThat(encoded).hasValue(2);
  }

  private static AgentExecution message(String text) {
    return AgentExecution.newBuilder()
        .setSpec(AgentExecutionSpec.newBuilder().setMessage(text))
        .build();
  }
}

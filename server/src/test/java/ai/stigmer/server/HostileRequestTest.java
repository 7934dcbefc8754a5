package ai.stigmer.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agent.v1.AgentCommandControllerGrpc;
import ai.stigmer.agentic.agent.v1.AgentQueryControllerGrpc;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionCommandControllerGrpc;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceCommandControllerGrpc;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceQueryControllerGrpc;
import ai.stigmer.agentic.environment.v1.EnvironmentCommandControllerGrpc;
import ai.stigmer.agentic.environment.v1.EnvironmentQueryControllerGrpc;
import ai.stigmer.agentic.executioncontext.v1.ExecutionContextCommandControllerGrpc;
import ai.stigmer.agentic.executioncontext.v1.ExecutionContextQueryControllerGrpc;
import ai.stigmer.agentic.mcpserver.v1.McpServerCommandControllerGrpc;
import ai.stigmer.agentic.mcpserver.v1.McpServerQueryControllerGrpc;
import ai.stigmer.agentic.session.v1.SessionCommandControllerGrpc;
import ai.stigmer.agentic.session.v1.SessionQueryControllerGrpc;
import ai.stigmer.agentic.skill.v1.SkillCommandControllerGrpc;
import ai.stigmer.agentic.skill.v1.SkillQueryControllerGrpc;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a caller sends, it is told what is wrong with it, and never how the server is built. */
class HostileRequestTest {
  private static final int EACH = 60;
  private static final Set<Status.Code> FINE =
      Set.of(
          Status.Code.OK,
          Status.Code.INVALID_ARGUMENT,
          Status.Code.NOT_FOUND,
          Status.Code.ALREADY_EXISTS,
          Status.Code.ABORTED,
          Status.Code.FAILED_PRECONDITION,
          Status.Code.RESOURCE_EXHAUSTED);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();

  @TempDir Path folder = Path.of("");

  @Test
  void randomRequestsToEveryMethodAreAnsweredInOrder() throws Exception {
    long seed = Long.getLong("stigmer.seed", 20_261_121L);
    var random = new Random(seed);
    var wrong = new ArrayList<String>();
    int calls = 0;
    try (TestingServer server =
        TestingServer.in(folder, Map.of("STIGMER_LLM_PROVIDER", "ollama"))) {
      for (ServiceDescriptor service : SERVICES) {
        for (MethodDescriptor<?, ?> method : service.getMethods()) {
          for (int i = 0; i < EACH; i++) {
            Message request = request(method, random);
            Status status = call(server, method, request.toByteArray());
            calls++;
            if (!FINE.contains(status.getCode()) || isTelling(status)) {
              wrong.add(method.getFullMethodName() + ": " + status + request);
            }
          }
        }
      }
      assertThat(wrong).as("seed " + seed).isEmpty();
      assertThat(calls).isGreaterThan(2_000);
      assertThat(server.log()).doesNotContain("\"event\":\"bug\"");
    }
  }

  private static boolean isTelling(Status status) {
    String words = String.valueOf(status.getDescription());
    return words.contains("Exception") || words.contains("\tat ") || words.contains("java.");
  }

  private static Message request(MethodDescriptor<?, ?> method, Random random) {
    var schema = (ProtoMethodDescriptorSupplier) requireNonNull(method.getSchemaDescriptor());
    return message(schema.getMethodDescriptor().getInputType(), random, 0);
  }

  private static Message message(Descriptor type, Random random, int depth) {
    DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      if (random.nextInt(3) == 0 || depth > 4) {
        continue;
      }
      if (field.isRepeated()) {
        for (int i = random.nextInt(3); i > 0; i--) {
          builder.addRepeatedField(field, value(field, random, depth));
        }
      } else {
        builder.setField(field, value(field, random, depth));
      }
    }
    return builder.build();
  }

  private static Object value(FieldDescriptor field, Random random, int depth) {
    return switch (field.getJavaType()) {
      case INT -> random.nextBoolean() ? random.nextInt(5) : random.nextInt();
      case LONG -> random.nextLong();
      case FLOAT -> random.nextFloat();
      case DOUBLE -> random.nextDouble();
      case BOOLEAN -> random.nextBoolean();
      case STRING -> text(random);
      case BYTE_STRING -> ByteString.copyFrom(new byte[random.nextInt(64)]);
      case ENUM ->
          field
              .getEnumType()
              .getValues()
              .get(random.nextInt(field.getEnumType().getValues().size()));
      case MESSAGE -> message(field.getMessageType(), random, depth + 1);
    };
  }

  private static String text(Random random) {
    List<String> nasty =
        List.of(
            "",
            " ",
            "a",
            "../../etc/passwd",
            "' OR 1=1 --",
            "\u0000",
            "\n\r\t",
            "${jndi:ldap://x}",
            "%s%n",
            "ünïcödé \uD83D\uDE80",
            "x".repeat(5_000),
            "aex_0000000000000",
            "agentic.stigmer.ai/v1",
            "Agent",
            "Helpful instructions",
            "********");
    return nasty.get(random.nextInt(nasty.size()));
  }

  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          AgentCommandControllerGrpc.getServiceDescriptor(),
          AgentQueryControllerGrpc.getServiceDescriptor(),
          AgentExecutionCommandControllerGrpc.getServiceDescriptor(),
          AgentExecutionQueryControllerGrpc.getServiceDescriptor(),
          AgentInstanceCommandControllerGrpc.getServiceDescriptor(),
          AgentInstanceQueryControllerGrpc.getServiceDescriptor(),
          EnvironmentCommandControllerGrpc.getServiceDescriptor(),
          EnvironmentQueryControllerGrpc.getServiceDescriptor(),
          ExecutionContextCommandControllerGrpc.getServiceDescriptor(),
          ExecutionContextQueryControllerGrpc.getServiceDescriptor(),
          McpServerCommandControllerGrpc.getServiceDescriptor(),
          McpServerQueryControllerGrpc.getServiceDescriptor(),
          SessionCommandControllerGrpc.getServiceDescriptor(),
          SessionQueryControllerGrpc.getServiceDescriptor(),
          SkillCommandControllerGrpc.getServiceDescriptor(),
          SkillQueryControllerGrpc.getServiceDescriptor());

  /** As a frame of gRPC over HTTP/2; a call that fails has its status in the headers. */
  private Status call(TestingServer server, MethodDescriptor<?, ?> method, byte[] request)
      throws Exception {
    byte[] frame =
        ByteBuffer.allocate(request.length + 5)
            .put((byte) 0)
            .putInt(request.length)
            .put(request)
            .array();
    HttpResponse<byte[]> response =
        http.send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:" + server.port() + "/" + method.getFullMethodName()))
                .POST(HttpRequest.BodyPublishers.ofByteArray(frame))
                .header("content-type", "application/grpc")
                .header("te", "trailers")
                .header("authorization", "Bearer " + server.token())
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).isEqualTo(200);
    Optional<String> code = response.headers().firstValue("grpc-status");
    if (code.isEmpty()) {
      assertThat(response.body()).as(method.getFullMethodName()).isNotEmpty();
      return Status.OK;
    }
    return Status.fromCodeValue(Integer.parseInt(code.get()))
        .withDescription(response.headers().firstValue("grpc-message").orElse(""));
  }
}

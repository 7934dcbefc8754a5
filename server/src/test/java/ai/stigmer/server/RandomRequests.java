package ai.stigmer.server;

import static java.util.Objects.requireNonNull;

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
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.List;
import java.util.Random;

/** Requests of the contract's methods that nobody would send who means well. */
final class RandomRequests {
  /** The services of the contract. */
  static final List<ServiceDescriptor> SERVICES =
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

  private static final List<String> NASTY =
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

  private RandomRequests() {}

  /** A request of a method; what it says of ids and names is one of {@code words}, or nasty. */
  static Message request(MethodDescriptor<?, ?> method, Random random, List<String> words) {
    var schema = (ProtoMethodDescriptorSupplier) requireNonNull(method.getSchemaDescriptor());
    return message(schema.getMethodDescriptor().getInputType(), random, 0, words);
  }

  private static Message message(Descriptor type, Random random, int depth, List<String> words) {
    DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      if (random.nextInt(3) == 0 || depth > 4) {
        continue;
      }
      if (field.isRepeated()) {
        for (int i = random.nextInt(3); i > 0; i--) {
          builder.addRepeatedField(field, value(field, random, depth, words));
        }
      } else {
        builder.setField(field, value(field, random, depth, words));
      }
    }
    return builder.build();
  }

  private static Object value(FieldDescriptor field, Random random, int depth, List<String> words) {
    return switch (field.getJavaType()) {
      case INT -> random.nextBoolean() ? random.nextInt(5) : random.nextInt();
      case LONG -> random.nextLong();
      case FLOAT -> random.nextFloat();
      case DOUBLE -> random.nextDouble();
      case BOOLEAN -> random.nextBoolean();
      case STRING -> text(random, words);
      case BYTE_STRING -> ByteString.copyFrom(new byte[random.nextInt(64)]);
      case ENUM ->
          field
              .getEnumType()
              .getValues()
              .get(random.nextInt(field.getEnumType().getValues().size()));
      case MESSAGE -> message(field.getMessageType(), random, depth + 1, words);
    };
  }

  private static String text(Random random, List<String> words) {
    int chosen = random.nextInt(NASTY.size() + words.size());
    return chosen < NASTY.size() ? NASTY.get(chosen) : words.get(chosen - NASTY.size());
  }
}

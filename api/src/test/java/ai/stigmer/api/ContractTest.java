package ai.stigmer.api;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agent.v1.AgentSpec;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionSpec;
import ai.stigmer.agentic.skill.v1.SkillSpec;
import ai.stigmer.agentic.skill.v1.SkillStatus;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.ValidationException;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Existing clients must go on working: {@code contract.txt} holds every name, number and type that
 * they were built with, and is never regenerated from our own files.
 */
final class ContractTest {
  private static final Validator VALIDATOR = ValidatorFactory.newBuilder().build();

  @Test
  void everyNameNumberAndTypeIsThatOfTheContract() throws IOException {
    // Given
    List<String> contract =
        new String(resource("/contract.txt"), StandardCharsets.UTF_8).lines().toList();
    // When
    var ours = new ArrayList<String>();
    for (FileDescriptorProto file :
        FileDescriptorSet.parseFrom(resource("/ai/stigmer/api.protoset")).getFileList()) {
      if (file.getPackage().startsWith("ai.stigmer")) {
        file.getMessageTypeList().forEach(message -> message(file.getPackage(), message, ours));
        file.getEnumTypeList().forEach(choice -> choice(file.getPackage(), choice, ours));
        file.getServiceList().forEach(service -> service(file.getPackage(), service, ours));
      }
    }
    // Then
    assertThat(ours).containsExactlyInAnyOrderElementsOf(contract);
  }

  @Test
  void rulesAreThoseOfTheContract() throws ValidationException {
    assertThat(flaws(AgentSpec.newBuilder().setInstructions("too short").build()))
        .containsExactly("instructions: must be at least 10 characters");
    assertThat(flaws(AgentSpec.newBuilder().setInstructions("long enough").build())).isEmpty();
    assertThat(flaws(AgentExecutionSpec.newBuilder().setMessage("hello").build()))
        .containsExactly(": either session_id or agent_id must be given");
    assertThat(flaws(AgentExecutionSpec.newBuilder().setAgentId("agt_1").build()))
        .containsExactly("message: must be at least 1 characters");
    assertThat(flaws(SkillSpec.newBuilder().setTag("v1.0-rc_1").build())).isEmpty();
    assertThat(flaws(SkillSpec.newBuilder().setTag("v 1").build())).hasSize(1);
    assertThat(flaws(SkillStatus.getDefaultInstance())).isEmpty();
    assertThat(flaws(SkillStatus.newBuilder().setVersionHash("A".repeat(64)).build())).hasSize(1);
    assertThat(flaws(SkillStatus.newBuilder().setVersionHash("a".repeat(64)).build())).isEmpty();
  }

  private static List<String> flaws(Message message) throws ValidationException {
    return VALIDATOR.validate(message).getViolations().stream()
        .map(
            flaw ->
                flaw.toProto().getField().getElementsList().stream()
                        .map(element -> element.getFieldName())
                        .collect(Collectors.joining("."))
                    + ": "
                    + flaw.toProto().getMessage())
        .toList();
  }

  private static void message(String in, DescriptorProto message, List<String> lines) {
    Map<String, DescriptorProto> maps =
        message.getNestedTypeList().stream()
            .collect(Collectors.toMap(DescriptorProto::getName, nested -> nested));
    for (FieldDescriptorProto field : message.getFieldList()) {
      String typeName = field.getTypeName().substring(field.getTypeName().lastIndexOf('.') + 1);
      DescriptorProto map = maps.get(typeName);
      String type =
          map == null
              ? (field.getLabel() == Label.LABEL_REPEATED ? "repeated " : "") + type(field)
              : "map<" + type(map.getField(0)) + "," + type(map.getField(1)) + ">";
      String oneof =
          field.hasOneofIndex()
              ? " oneof " + message.getOneofDecl(field.getOneofIndex()).getName()
              : "";
      lines.add(
          "message %s.%s: %d %s %s%s"
              .formatted(in, message.getName(), field.getNumber(), field.getName(), type, oneof));
    }
  }

  private static String type(FieldDescriptorProto field) {
    return field.getType() == Type.TYPE_MESSAGE || field.getType() == Type.TYPE_ENUM
        ? field.getTypeName().substring(1)
        : field.getType().name().substring("TYPE_".length()).toLowerCase(Locale.ROOT);
  }

  private static void choice(String in, EnumDescriptorProto choice, List<String> lines) {
    choice
        .getValueList()
        .forEach(
            value ->
                lines.add(
                    "enum %s.%s: %s = %d"
                        .formatted(in, choice.getName(), value.getName(), value.getNumber())));
  }

  private static void service(String in, ServiceDescriptorProto service, List<String> lines) {
    service
        .getMethodList()
        .forEach(
            method ->
                lines.add(
                    "rpc %s.%s/%s: %s -> %s%s"
                        .formatted(
                            in,
                            service.getName(),
                            method.getName(),
                            method.getInputType().substring(1),
                            method.getServerStreaming() ? "stream " : "",
                            method.getOutputType().substring(1))));
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = ContractTest.class.getResourceAsStream(name)) {
      assertThat(in).as(name).isNotNull();
      return in.readAllBytes();
    }
  }
}

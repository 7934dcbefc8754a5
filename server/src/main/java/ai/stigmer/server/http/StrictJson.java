package ai.stigmer.server.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.grpc.GrpcJsonMarshaller;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** Reads and writes messages as JSON; JSON that is no such message is the caller's mistake. */
public final class StrictJson implements GrpcJsonMarshaller {
  private static final int LONGEST = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final GrpcJsonMarshaller json;

  /** The JSON of a service's messages. */
  public StrictJson(ServiceDescriptor service) {
    this.json =
        GrpcJsonMarshaller.builder()
            .jsonMarshallerCustomizer(
                builder ->
                    builder.omittingInsignificantWhitespace(true).ignoringUnknownFields(false))
            .build(requireNonNull(service, "service is null"));
  }

  @Override
  public <T> void serializeMessage(Marshaller<T> marshaller, T message, OutputStream out)
      throws IOException {
    json.serializeMessage(marshaller, message, out);
  }

  @Override
  public <T> T deserializeMessage(Marshaller<T> marshaller, InputStream in) throws IOException {
    byte[] body = in.readAllBytes();
    try {
      return json.deserializeMessage(marshaller, new ByteArrayInputStream(body));
    } catch (InvalidProtocolBufferException | JsonProcessingException e) {
      throw field(marshaller, body)
          .map(words -> Status.INVALID_ARGUMENT.withDescription("E561: " + words))
          .orElseGet(() -> wrong(String.valueOf(e.getMessage())))
          .asRuntimeException();
    }
  }

  /** Which field is wrong, and what it takes; empty when that is not known. */
  private static Optional<String> field(Marshaller<?> marshaller, byte[] body) throws IOException {
    try {
      JsonNode read = JSON.readTree(body);
      return read.isObject()
              && marshaller instanceof PrototypeMarshaller<?> known
              && known.getMessagePrototype() instanceof Message message
          ? ContractFields.wrong(message.getDescriptorForType(), read)
          : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static Status wrong(String reason) {
    String line = reason.lines().findFirst().orElse("");
    boolean isTelling = line.contains("Exception") || line.matches(".*\\b(java|com|org|io)\\..*");
    String words = line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
    return Status.INVALID_ARGUMENT.withDescription(
        "E561: the body is not the JSON of the request"
            + (isTelling || words.isEmpty() ? "" : ": " + words));
  }
}

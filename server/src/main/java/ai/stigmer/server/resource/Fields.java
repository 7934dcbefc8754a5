package ai.stigmer.server.resource;

import ai.stigmer.commons.apiresource.ApiResourceAudit;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Objects;

/** The parts that every resource has, whatever its kind. */
final class Fields {
  private Fields() {}

  static ApiResourceMetadata metadata(Message resource) {
    return (ApiResourceMetadata) resource.getField(field(resource, "metadata"));
  }

  static <T extends Message> T with(T resource, ApiResourceMetadata metadata) {
    return with(resource, "metadata", metadata);
  }

  static Object get(Message resource, String name) {
    return resource.getField(field(resource, name));
  }

  @SuppressWarnings("unchecked") // A builder of a message builds a message of the same type.
  static <T extends Message> T with(T resource, String name, Object value) {
    return (T) resource.toBuilder().setField(field(resource, name), value).build();
  }

  /** The resource with the status of another one, or without any. */
  @SuppressWarnings("unchecked") // As above.
  static <T extends Message> T withStatusOf(T resource, T other) {
    FieldDescriptor status = field(resource, "status");
    Message.Builder builder = resource.toBuilder();
    return (T)
        (other.hasField(status)
                ? builder.setField(status, other.getField(status))
                : builder.clearField(status))
            .build();
  }

  static ApiResourceAudit audit(Message resource) {
    Message status = (Message) get(resource, "status");
    return (ApiResourceAudit) status.getField(field(status, "audit"));
  }

  static <T extends Message> T with(T resource, ApiResourceAudit audit) {
    Message status = (Message) get(resource, "status");
    return with(
        resource, "status", status.toBuilder().setField(field(status, "audit"), audit).build());
  }

  private static FieldDescriptor field(Message message, String name) {
    return Objects.requireNonNull(
        message.getDescriptorForType().findFieldByName(name), "no field " + name);
  }
}

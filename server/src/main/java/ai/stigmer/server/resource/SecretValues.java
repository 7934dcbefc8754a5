package ai.stigmer.server.resource;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/*
 * A secret is any message with a text "value" and a flag "is_secret" that is set, wherever it stands; the contract has
 * two of that shape. So a kind that gets variables later is covered without a word here.
 */
/** Hides the secret values of resources from whoever reads them. */
final class SecretValues {
  /** Stands for a secret that is set. Whoever sends it back leaves the secret as it is. */
  static final String MASK = "********";

  private SecretValues() {}

  /** The same without secret values. */
  static <T extends Message> T masked(T message) {
    return mapped(message, "", (path, value) -> Optional.of(value.isEmpty() ? "" : MASK));
  }

  /**
   * The same with what is stored in the place of each mask.
   *
   * @param stored the resource before; secrets stand at the same place in it
   * @throws ai.stigmer.graphton.error.ProblemException {@code E561} for a mask where nothing is
   *     stored
   */
  static <T extends Message> T unmasked(T message, T stored) {
    var known = new HashMap<String, String>();
    var _ =
        mapped(
            stored,
            "",
            (path, value) -> {
              known.put(path, value);
              return Optional.of(value);
            });
    return mapped(message, "", (path, value) -> original(path, value, known));
  }

  private static Optional<String> original(String path, String value, Map<String, String> known) {
    if (!value.equals(MASK)) {
      return Optional.of(value);
    }
    if (!known.containsKey(path)) {
      throw Shelf.invalid(path + " has no stored secret to keep; give its value").asException();
    }
    return Optional.ofNullable(known.get(path));
  }

  @SuppressWarnings("unchecked") // A builder of a message builds a message of the same type.
  private static <T extends Message> T mapped(
      T message, String path, BiFunction<String, String, Optional<String>> change) {
    Message.Builder builder = message.toBuilder();
    FieldDescriptor flag = message.getDescriptorForType().findFieldByName("is_secret");
    FieldDescriptor value = message.getDescriptorForType().findFieldByName("value");
    if (flag != null && value != null && (Boolean) message.getField(flag)) {
      change
          .apply(path, (String) message.getField(value))
          .ifPresent(text -> builder.setField(value, text));
      return (T) builder.build();
    }
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        continue;
      }
      String place = path.isEmpty() ? field.getName() : path + "." + field.getName();
      if (field.isRepeated()) {
        List<?> items = (List<?>) entry.getValue();
        for (int i = 0; i < items.size(); i++) {
          Message item = (Message) items.get(i);
          builder.setRepeatedField(
              field, i, mapped(item, place + "[" + key(field, item, i) + "]", change));
        }
      } else {
        builder.setField(field, mapped((Message) entry.getValue(), place, change));
      }
    }
    return (T) builder.build();
  }

  private static String key(FieldDescriptor field, Message item, int index) {
    return field.isMapField()
        ? String.valueOf(item.getField(item.getDescriptorForType().findFieldByName("key")))
        : String.valueOf(index);
  }
}

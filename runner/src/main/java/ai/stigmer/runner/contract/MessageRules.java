package ai.stigmer.runner.contract;

import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.Violation;
import build.buf.protovalidate.exceptions.ValidationException;
import build.buf.validate.FieldPathElement;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The rules that the contract has for its messages.
 *
 * <p>Thread contract: thread-safe.
 */
public final class MessageRules {
  private static final int MOST = 10;

  /**
   * How many messages may stand in each other. JSON can be deeper, and would be stored; but whoever
   * reads messages of protobuf, clients and the server itself among them, stops at a hundred.
   */
  private static final int DEEPEST = 80;

  private final Validator validator = ValidatorFactory.newBuilder().build();

  /**
   * A rule that is broken.
   *
   * @param path the field, for example {@code spec.sub_agents[0].instructions}; empty when the
   *     message as a whole breaks it
   * @param rule in words
   */
  public record Broken(String path, String rule) {}

  /** What is wrong with a message, at most ten; empty when nothing is. */
  public List<Broken> broken(Message message) {
    Optional<Broken> unreadable = unreadable("", message, 1);
    if (unreadable.isPresent()) {
      return List.of(unreadable.get());
    }
    try {
      ValidationResult result = validator.validate(message);
      return result.getViolations().stream().limit(MOST).map(MessageRules::broken).toList();
    } catch (ValidationException e) {
      throw new IllegalStateException(
          "the rules of " + message.getDescriptorForType().getFullName(), e);
    }
  }

  /** What is no value of the contract: protobuf itself takes it and cannot tell it to anybody. */
  private static Optional<Broken> unreadable(String path, Message message, int depth) {
    if (depth > DEEPEST) {
      return Optional.of(new Broken("", "more than " + DEEPEST + " messages stand in each other"));
    }
    return message.getAllFields().entrySet().stream()
        .flatMap(field -> values(field.getKey(), field.getValue()))
        .map(value -> unreadable(value, path, depth))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** A value of a field; of a repeated one, one of its values. */
  private record Held(String name, Object value) {}

  private static Stream<Held> values(FieldDescriptor field, Object value) {
    return value instanceof List<?> all
        ? IntStream.range(0, all.size())
            .mapToObj(i -> new Held(field.getName() + "[" + i + "]", all.get(i)))
        : Stream.of(new Held(field.getName(), value));
  }

  private static Optional<Broken> unreadable(Held held, String path, int depth) {
    String place = path.isEmpty() ? held.name() : path + "." + held.name();
    return switch (held.value()) {
      case Message inner -> unreadable(place, inner, depth + 1);
      case EnumValueDescriptor value when value.getIndex() < 0 ->
          Optional.of(new Broken(place, value.getNumber() + " is none of its values"));
      default -> Optional.empty();
    };
  }

  private static Broken broken(Violation violation) {
    var path = new StringBuilder();
    for (FieldPathElement element : violation.toProto().getField().getElementsList()) {
      path.append(path.isEmpty() ? "" : ".").append(element.getFieldName());
      if (element.hasIndex()) {
        path.append('[').append(element.getIndex()).append(']');
      } else if (element.hasStringKey()) {
        path.append('[').append(element.getStringKey()).append(']');
      }
    }
    return new Broken(path.toString(), violation.toProto().getMessage());
  }
}

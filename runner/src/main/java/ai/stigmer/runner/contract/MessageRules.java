package ai.stigmer.runner.contract;

import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.Violation;
import build.buf.protovalidate.exceptions.ValidationException;
import build.buf.validate.FieldPathElement;
import com.google.protobuf.Message;
import java.util.List;

/**
 * The rules that the contract has for its messages.
 *
 * <p>Thread contract: thread-safe.
 */
public final class MessageRules {
  private static final int MOST = 10;

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
    try {
      ValidationResult result = validator.validate(message);
      return result.getViolations().stream().limit(MOST).map(MessageRules::broken).toList();
    } catch (ValidationException e) {
      throw new IllegalStateException(
          "the rules of " + message.getDescriptorForType().getFullName(), e);
    }
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

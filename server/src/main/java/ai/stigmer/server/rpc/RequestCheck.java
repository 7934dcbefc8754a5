package ai.stigmer.server.rpc;

import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.Violation;
import build.buf.protovalidate.exceptions.ValidationException;
import com.google.protobuf.Message;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.stream.Collectors;

/**
 * Refuses requests that break the rules of their message, with the field and the rule.
 *
 * <p>Thread contract: thread-safe.
 */
public final class RequestCheck implements ServerInterceptor {
  private static final int MOST_VIOLATIONS = 10;

  private final Validator validator = ValidatorFactory.newBuilder().build();

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return new SimpleForwardingServerCallListener<Q>(next.startCall(call, headers)) {
      private boolean refused;

      @Override
      public void onMessage(Q message) {
        String wrong = message instanceof Message checked ? violations(checked) : "";
        if (wrong.isEmpty()) {
          super.onMessage(message);
        } else {
          refused = true;
          call.close(Status.INVALID_ARGUMENT.withDescription("E561: " + wrong), new Metadata());
        }
      }

      @Override
      public void onHalfClose() {
        if (!refused) {
          super.onHalfClose();
        }
      }
    };
  }

  /** What is wrong, field by field; empty when nothing is. */
  private String violations(Message message) {
    try {
      ValidationResult result = validator.validate(message);
      return result.getViolations().stream()
          .limit(MOST_VIOLATIONS)
          .map(RequestCheck::inWords)
          .collect(Collectors.joining("; "));
    } catch (ValidationException e) {
      throw new IllegalStateException(
          "the rules of " + message.getDescriptorForType().getFullName(), e);
    }
  }

  private static String inWords(Violation violation) {
    String field =
        violation.toProto().getField().getElementsList().stream()
            .map(element -> element.getFieldName())
            .collect(Collectors.joining("."));
    return (field.isEmpty() ? "" : field + ": ") + violation.toProto().getMessage();
  }
}

package ai.stigmer.server.rpc;

import ai.stigmer.runner.contract.MessageRules;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.netty.util.AttributeKey;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Refuses requests that are not one whole message, and those that break the rules of their message,
 * with the field and the rule. Every method of ours is asked with one message.
 *
 * <p>Thread contract: thread-safe.
 */
public final class RequestCheck implements ServerInterceptor {
  private static final AttributeKey<Boolean> READ =
      AttributeKey.valueOf(RequestCheck.class, "READ");

  private static final List<String> TAKING_APART =
      List.of("com.linecorp.armeria.common.grpc.protocol.", "Invalid protobuf byte sequence");

  private final MessageRules rules = new MessageRules();

  /**
   * Whether a failure is of what a caller has sent, which nobody could read: it came before there
   * was a message, or from whoever takes frames and messages apart. The latter has no other mark
   * than its words.
   */
  public static boolean isUnreadable(RequestContext ctx, Status status) {
    String words = String.valueOf(status.getDescription());
    return !ctx.hasAttr(READ) || TAKING_APART.stream().anyMatch(words::startsWith);
  }

  /** What the caller of such a request is told. */
  public static Status unreadable() {
    return Status.INVALID_ARGUMENT.withDescription(
        "E561: the body is not one whole message of this method, in a frame of gRPC");
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    boolean isOne = call.getMethodDescriptor().getType().clientSendsOneMessage();
    return new SimpleForwardingServerCallListener<Q>(next.startCall(call, headers)) {
      private int messages;
      private boolean refused;

      @Override
      public void onMessage(Q message) {
        read();
        messages++;
        String wrong = message instanceof Message checked ? violations(checked) : "";
        if (isOne && messages > 1) {
          refuse(unreadable());
        } else if (wrong.isEmpty()) {
          super.onMessage(message);
        } else {
          refuse(Status.INVALID_ARGUMENT.withDescription("E561: " + wrong));
        }
      }

      private void refuse(Status status) {
        if (!refused) {
          refused = true;
          call.close(status, new Metadata());
        }
      }

      @Override
      public void onHalfClose() {
        if (isOne && messages == 0) {
          refuse(unreadable());
        }
        if (!refused) {
          super.onHalfClose();
        }
      }
    };
  }

  private static void read() {
    ServiceRequestContext ctx = ServiceRequestContext.currentOrNull();
    if (ctx != null) {
      ctx.setAttr(READ, true);
    }
  }

  /** What is wrong, field by field; empty when nothing is. */
  private String violations(Message message) {
    return rules.broken(message).stream()
        .map(broken -> (broken.path().isEmpty() ? "" : broken.path() + ": ") + broken.rule())
        .collect(Collectors.joining("; "));
  }
}

package ai.stigmer.server.guard;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.server.ServerLog;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RpcRequest;
import com.linecorp.armeria.common.RpcResponse;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import io.netty.util.AttributeKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/*
 * It stands where the caller is known and every request comes through, so that a new route is told without anybody
 * thinking of it. What a request was about is read from its path, and of the contract's methods from their messages.
 */
/**
 * Who changed what: a line of the log for each request that asks for more than to look, with its
 * token's name, what it did, the ids that it was about, and how it ended. Never with content.
 *
 * <p>Thread contract: thread-safe.
 */
public final class Audit {
  private static final AttributeKey<String> DECISION =
      AttributeKey.valueOf(Audit.class, "DECISION");
  private static final AttributeKey<String> ABOUT = AttributeKey.valueOf(Audit.class, "ABOUT");
  private static final AttributeKey<Consumer<String>> BEGUN =
      AttributeKey.valueOf(Audit.class, "BEGUN");

  /** Fields of the contract's requests that hold an id, the most telling first. */
  private static final List<String> IDS = List.of("id", "resource_id", "execution_id", "value");

  private static final String ID = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}";

  private final ServerLog log;
  private final Set<String> used = ConcurrentHashMap.newKeySet();

  public Audit(ServerLog log) {
    this.log = requireNonNull(log, "log is null");
  }

  /** The decision that a request has made, of which only the kind is told. */
  public static void decided(ServiceRequestContext ctx, ApprovalDecision decision) {
    ctx.setAttr(DECISION, decision.word());
  }

  /** What a request is about whose path does not say it. */
  public static void about(ServiceRequestContext ctx, String id) {
    ctx.setAttr(ABOUT, id);
  }

  /**
   * Tells of a request that goes on for long when it begins, too, as {@code begun}; it has done by
   * then what it does.
   *
   * @param id what it is about
   */
  public static void begun(ServiceRequestContext ctx, String id) {
    about(ctx, id);
    Consumer<String> teller = ctx.attr(BEGUN);
    if (teller != null) {
      teller.accept(id);
    }
  }

  /** Somebody came in. The first time of each token since the server began is told. */
  void came(Caller caller) {
    if (used.add(caller.name())) {
      log.info("token.used", "token", caller.name(), "scope", caller.scope().id());
    }
  }

  /** A token of that name would be another one. */
  void forget(String token) {
    used.remove(token);
  }

  /** Tells of a request once it has ended. */
  void watch(ServiceRequestContext ctx, Caller caller) {
    ctx.setAttr(BEGUN, id -> tell(ctx, caller, path(ctx), Optional.of(id), "begun"));
    var _ = ctx.log().whenComplete().thenAccept(ended -> tell(ctx, caller, ended));
  }

  /** Tells of a request of somebody who is known that was refused, with the code of why. */
  void refused(ServiceRequestContext ctx, Caller caller, String code) {
    tell(ctx, caller, path(ctx), pathId(ctx), code);
  }

  private void tell(ServiceRequestContext ctx, Caller caller, RequestLog ended) {
    String action =
        ended.requestContent() instanceof RpcRequest request
            ? request.serviceName().replaceAll(".*\\.", "").replaceAll("CommandController$", "")
                + "."
                + request.method()
            : path(ctx);
    tell(ctx, caller, action, id(ctx, ended), result(ended));
  }

  private void tell(
      ServiceRequestContext ctx, Caller caller, String action, Optional<String> id, String result) {
    var words = new ArrayList<>(List.of("token", caller.name(), "action", action));
    id.filter(one -> one.matches(ID)).ifPresent(one -> words.addAll(List.of("id", one)));
    String decision = ctx.attr(DECISION);
    if (decision != null) {
      words.addAll(List.of("decision", decision));
    }
    words.addAll(List.of("result", result));
    log.info("audit", words.toArray(String[]::new));
  }

  private static String path(ServiceRequestContext ctx) {
    return ctx.method() + " " + ctx.config().route().patternString();
  }

  private static Optional<String> pathId(ServiceRequestContext ctx) {
    return Optional.ofNullable(ctx.pathParam("id"));
  }

  private static Optional<String> id(ServiceRequestContext ctx, RequestLog ended) {
    return Stream.<Optional<String>>of(
            Optional.ofNullable(ctx.attr(ABOUT)),
            ended.responseContent() instanceof RpcResponse response
                ? message(response).flatMap(Audit::resource)
                : Optional.empty(),
            ended.requestContent() instanceof RpcRequest request
                    && !request.params().isEmpty()
                    && request.params().getFirst() instanceof Message message
                ? resource(message)
                : Optional.empty(),
            pathId(ctx))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<Message> message(RpcResponse response) {
    return response.isDone()
            && response.cause() == null
            && response.join() instanceof Message message
        ? Optional.of(message)
        : Optional.empty();
  }

  /** The id of what a message is, or names. */
  private static Optional<String> resource(Message message) {
    FieldDescriptor metadata = message.getDescriptorForType().findFieldByName("metadata");
    if (metadata != null
        && metadata.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && !metadata.isRepeated()) {
      return resource((Message) message.getField(metadata));
    }
    return IDS.stream()
        .map(message.getDescriptorForType()::findFieldByName)
        .filter(
            field ->
                field != null
                    && field.getJavaType() == FieldDescriptor.JavaType.STRING
                    && !field.isRepeated())
        .map(field -> message.getField(field).toString())
        .filter(value -> !value.isEmpty())
        .findFirst();
  }

  /**
   * {@code ok}, or the status that the caller was given; {@code cancelled} when the caller broke
   * off before it was given one.
   */
  private static String result(RequestLog ended) {
    String grpc =
        ended.responseTrailers().get("grpc-status", ended.responseHeaders().get("grpc-status", ""));
    if (!grpc.isEmpty() && !grpc.equals("0")) {
      return grpc.matches("[0-9]{1,2}")
          ? Status.fromCodeValue(Integer.parseInt(grpc)).getCode().name().toLowerCase(Locale.ROOT)
          : "failed";
    }
    HttpStatus status = ended.responseHeaders().status();
    if (status.equals(HttpStatus.UNKNOWN)) {
      return "cancelled";
    }
    return status.isSuccess() || status.isRedirection() ? "ok" : String.valueOf(status.code());
  }
}

package ai.stigmer.server.rpc;

import static java.util.Objects.requireNonNull;

import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Builds a service from methods that return their answer or throw. Not thread-safe. */
public final class Service {
  private final ServiceDescriptor descriptor;
  private final List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
  private final Errors errors;

  /**
   * @param errors says what a caller is told of a failure
   */
  public Service(ServiceDescriptor descriptor, Errors errors) {
    this.descriptor = requireNonNull(descriptor, "descriptor is null");
    this.errors = requireNonNull(errors, "errors is null");
  }

  /** A method with one answer. */
  public <Q, A> Service method(MethodDescriptor<Q, A> method, Function<Q, A> answer) {
    ServerCallHandler<Q, A> handler =
        ServerCalls.asyncUnaryCall(
            (request, observer) -> {
              A message;
              try {
                message = answer.apply(request);
              } catch (RuntimeException e) {
                observer.onError(errors.of(method.getFullMethodName(), e));
                return;
              }
              observer.onNext(message);
              observer.onCompleted();
            });
    methods.add(ServerMethodDefinition.create(method, handler));
    return this;
  }

  /** A method with a stream of answers; one that goes to many callers is encoded once. */
  public <Q, A> Service stream(MethodDescriptor<Q, A> method, Streaming<Q, A> streaming) {
    ServerCallHandler<Q, A> handler =
        ServerCalls.asyncServerStreamingCall(
            (request, observer) -> {
              try {
                streaming.begin(request, (ServerCallStreamObserver<A>) observer);
              } catch (RuntimeException e) {
                observer.onError(errors.of(method.getFullMethodName(), e));
              }
            });
    MethodDescriptor<Q, A> shared =
        method.toBuilder(
                method.getRequestMarshaller(), new SharedEncoding<>(method.getResponseMarshaller()))
            .build();
    methods.add(ServerMethodDefinition.create(shared, handler));
    return this;
  }

  /** Begins a stream; must not block. */
  @FunctionalInterface
  public interface Streaming<Q, A> {
    void begin(Q request, ServerCallStreamObserver<A> observer);
  }

  /**
   * The service.
   *
   * @throws IllegalStateException when a method of it is missing
   */
  public ServerServiceDefinition build() {
    requireAll();
    var served =
        ServiceDescriptor.newBuilder(descriptor.getName())
            .setSchemaDescriptor(descriptor.getSchemaDescriptor());
    methods.forEach(method -> served.addMethod(method.getMethodDescriptor()));
    var definition = ServerServiceDefinition.builder(served.build());
    methods.forEach(definition::addMethod);
    return definition.build();
  }

  private void requireAll() {
    Set<String> there =
        methods.stream()
            .map(method -> method.getMethodDescriptor().getFullMethodName())
            .collect(Collectors.toSet());
    for (MethodDescriptor<?, ?> method : descriptor.getMethods()) {
      if (!there.contains(method.getFullMethodName())) {
        throw new IllegalStateException("no method " + method.getFullMethodName());
      }
    }
  }
}

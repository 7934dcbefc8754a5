package ai.stigmer.server.rpc;

import static java.util.Objects.requireNonNull;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import java.util.function.Function;

/** Builds a service from methods that return their answer or throw. Not thread-safe. */
public final class Service {
  private final ServerServiceDefinition.Builder methods;
  private final Errors errors;

  /**
   * @param errors says what a caller is told of a failure
   */
  public Service(ServiceDescriptor descriptor, Errors errors) {
    this.methods = ServerServiceDefinition.builder(descriptor);
    this.errors = requireNonNull(errors, "errors is null");
  }

  /** A method with one answer. */
  public <Q, A> Service method(MethodDescriptor<Q, A> method, Function<Q, A> answer) {
    methods.addMethod(
        method,
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
            }));
    return this;
  }

  /** A method with a stream of answers. */
  public <Q, A> Service stream(MethodDescriptor<Q, A> method, Streaming<Q, A> streaming) {
    methods.addMethod(
        method,
        ServerCalls.asyncServerStreamingCall(
            (request, observer) -> {
              try {
                streaming.begin(request, (ServerCallStreamObserver<A>) observer);
              } catch (RuntimeException e) {
                observer.onError(errors.of(method.getFullMethodName(), e));
              }
            }));
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
    return methods.build();
  }
}

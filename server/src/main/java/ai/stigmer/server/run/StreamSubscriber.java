package ai.stigmer.server.run;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A reader at the other end of a gRPC stream; a state is sent when the stream has room for it. */
public final class StreamSubscriber implements Subscriber {
  private final ServerCallStreamObserver<AgentExecution> observer;
  private final Object room = new Object();
  private @Nullable Subscription subscription;

  private StreamSubscriber(ServerCallStreamObserver<AgentExecution> observer) {
    this.observer = requireNonNull(observer, "observer is null");
  }

  /** Follows an execution on a stream; must be called before the method that serves it returns. */
  public static void follow(
      Executions executions, String id, ServerCallStreamObserver<AgentExecution> observer) {
    var subscriber = new StreamSubscriber(observer);
    observer.setOnReadyHandler(subscriber::wake);
    observer.setOnCancelHandler(subscriber::gone);
    Subscription subscription = executions.subscribe(id, subscriber);
    subscriber.letGoOf(subscription);
  }

  /** A reader who goes away while nothing happens must not be kept until something does. */
  private void letGoOf(Subscription begun) {
    synchronized (room) {
      subscription = begun;
    }
    if (observer.isCancelled()) {
      begun.close();
    }
  }

  private void gone() {
    Subscription begun;
    synchronized (room) {
      begun = subscription;
      room.notifyAll();
    }
    if (begun != null) {
      begun.close();
    }
  }

  private void wake() {
    synchronized (room) {
      room.notifyAll();
    }
  }

  @Override
  public void awaitRoom(BooleanSupplier gone) throws InterruptedException {
    synchronized (room) {
      while (!observer.isReady() && !observer.isCancelled() && !gone.getAsBoolean()) {
        room.wait();
      }
    }
  }

  @Override
  public void send(AgentExecution state) {
    if (observer.isCancelled()) {
      return;
    }
    try {
      observer.onNext(state);
    } catch (StatusRuntimeException e) {
      if (!observer.isCancelled()) {
        throw e;
      }
    }
  }

  @Override
  public void completed() {
    if (!observer.isCancelled()) {
      observer.onCompleted();
    }
  }

  @Override
  public void dropped() {
    observer.onError(
        Status.UNAVAILABLE
            .withDescription("the server is about to end; subscribe again")
            .asRuntimeException());
  }
}

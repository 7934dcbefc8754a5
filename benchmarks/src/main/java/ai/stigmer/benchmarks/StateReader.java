package ai.stigmer.benchmarks;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionId;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc.AgentExecutionQueryControllerStub;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.agentic.agentexecution.v1.ToolCallStatus;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber over gRPC that writes down when it first saw what the journal holds: each call, each
 * result, the end.
 */
final class StateReader implements StreamObserver<AgentExecution> {
  private final List<Long> calls = new ArrayList<>();
  private final List<Long> results = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private long end;
  private int states;
  private int joined;

  static StateReader of(AgentExecutionQueryControllerStub stub, String id) {
    var reader = new StateReader();
    stub.subscribe(AgentExecutionId.newBuilder().setValue(id).build(), reader);
    return reader;
  }

  /** One that takes the first state and no more, until it is cancelled. */
  static Stalled stalled(AgentExecutionQueryControllerStub stub, String id) {
    var stalled = new Stalled();
    stub.subscribe(AgentExecutionId.newBuilder().setValue(id).build(), stalled);
    return stalled;
  }

  @Override
  public void onNext(AgentExecution state) {
    long now = System.currentTimeMillis();
    states++;
    int done = 0;
    for (var call : state.getStatus().getToolCallsList()) {
      done += call.getStatus() == ToolCallStatus.TOOL_CALL_COMPLETED ? 1 : 0;
    }
    int missed = Math.max(0, done - results.size() - 1);
    joined += missed;
    fill(calls, state.getStatus().getToolCallsCount(), now);
    fill(results, done, now);
    if (state.getStatus().getPhase() == ExecutionPhase.EXECUTION_COMPLETED) {
      end = now;
    }
  }

  private static void fill(List<Long> times, int count, long now) {
    while (times.size() < count) {
      times.add(now);
    }
  }

  @Override
  public void onError(Throwable failure) {
    over.countDown();
  }

  @Override
  public void onCompleted() {
    over.countDown();
  }

  void await() throws InterruptedException {
    over.await();
  }

  int states() {
    return states;
  }

  /** How many results it saw only together with a later one. */
  int joined() {
    return joined;
  }

  /** Milliseconds from the entries of its run to their first sight, and what it never saw. */
  Seen seen(List<Recorded> entries) {
    var delays = new ArrayList<Double>();
    int lost = 0;
    int turn = 0;
    int outcome = 0;
    for (Recorded recorded : entries) {
      long at =
          switch (recorded.entry()) {
            case JournalEntry.Turn answered when !answered.turn().calls().isEmpty() ->
                turn < calls.size() ? calls.get(turn++) : 0;
            case JournalEntry.ToolOutcome _ ->
                outcome < results.size() ? results.get(outcome++) : 0;
            case JournalEntry.RunFinished _ -> end;
            default -> -1;
          };
      if (at == 0) {
        lost++;
      } else if (at > 0) {
        delays.add((double) Math.max(0, at - recorded.time().toEpochMilli()));
      }
    }
    return new Seen(delays, lost, 0);
  }

  /** A reader that does not read. */
  static final class Stalled implements ClientResponseObserver<AgentExecutionId, AgentExecution> {
    private volatile @Nullable ClientCallStreamObserver<AgentExecutionId> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<AgentExecutionId> begun) {
      begun.disableAutoRequestWithInitial(1);
      call = begun;
    }

    @Override
    public void onNext(AgentExecution state) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}

    void cancel() {
      ClientCallStreamObserver<AgentExecutionId> begun = call;
      if (begun != null) {
        begun.cancel("no more", Status.CANCELLED.asException());
      }
    }
  }
}

package ai.stigmer.benchmarks;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionId;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc.AgentExecutionQueryControllerStub;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.agentic.agentexecution.v1.ToolCallStatus;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/*
 * A thousand readers that parsed what they get would take more of the machine than the server that is measured. So they
 * write down when which bytes came; what these say is read when all is over, once for all readers that got the same.
 */
/**
 * A subscriber over gRPC that knows when it first saw what the journal holds: each call, each
 * result, the end.
 */
final class StateReader implements StreamObserver<ByteString> {
  private static final MethodDescriptor<AgentExecutionId, ByteString> SUBSCRIBE =
      AgentExecutionQueryControllerGrpc.getSubscribeMethod().toBuilder(
              AgentExecutionQueryControllerGrpc.getSubscribeMethod().getRequestMarshaller(),
              new Bytes())
          .build();

  private final Map<ByteString, ByteString> known;
  private final List<Long> times = new ArrayList<>();
  private final List<ByteString> states = new ArrayList<>();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);

  /** Leaves messages as they are. */
  private static final class Bytes implements MethodDescriptor.Marshaller<ByteString> {
    @Override
    public InputStream stream(ByteString value) {
      return value.newInput();
    }

    @Override
    public ByteString parse(InputStream stream) {
      try {
        return ByteString.readFrom(stream);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private StateReader(Map<ByteString, ByteString> known) {
    this.known = known;
  }

  /**
   * Subscribes.
   *
   * @param known the states of that run that its readers got so far
   */
  static StateReader of(
      AgentExecutionQueryControllerStub stub, String id, Map<ByteString, ByteString> known) {
    var reader = new StateReader(known);
    ClientCalls.asyncServerStreamingCall(
        stub.getChannel().newCall(SUBSCRIBE, stub.getCallOptions()),
        AgentExecutionId.newBuilder().setValue(id).build(),
        reader);
    return reader;
  }

  /** One that takes the first state and no more, until it is cancelled. */
  static Stalled stalled(AgentExecutionQueryControllerStub stub, String id) {
    var stalled = new Stalled();
    stub.subscribe(AgentExecutionId.newBuilder().setValue(id).build(), stalled);
    return stalled;
  }

  @Override
  public void onNext(ByteString state) {
    times.add(System.currentTimeMillis());
    ByteString other = known.putIfAbsent(state, state);
    states.add(other == null ? state : other);
    begun.countDown();
  }

  @Override
  public void onError(Throwable failure) {
    begun.countDown();
    over.countDown();
  }

  @Override
  public void onCompleted() {
    over.countDown();
  }

  /** Waits for the first state. */
  void awaitBegun() throws InterruptedException {
    begun.await();
  }

  /** Waits for the end. */
  void await() throws InterruptedException {
    over.await();
  }

  int states() {
    return states.size();
  }

  /** What a state says of a run. */
  record Progress(int calls, int results, boolean isOver) {

    static Progress of(ByteString bytes) {
      try {
        AgentExecutionStatus status = AgentExecution.parseFrom(bytes).getStatus();
        int done = 0;
        for (var call : status.getToolCallsList()) {
          done += call.getStatus() == ToolCallStatus.TOOL_CALL_COMPLETED ? 1 : 0;
        }
        return new Progress(
            status.getToolCallsCount(),
            done,
            status.getPhase() == ExecutionPhase.EXECUTION_COMPLETED);
      } catch (InvalidProtocolBufferException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Milliseconds from the entries of its run to their first sight, and what it never saw. What was
   * there before its first state must not be missing, and has no delay.
   *
   * @param read what the states that it got say
   */
  Seen seen(List<Recorded> entries, Map<ByteString, Progress> read) {
    var calls = new ArrayList<Long>();
    var results = new ArrayList<Long>();
    long end = 0;
    int joined = 0;
    for (int i = 0; i < states.size(); i++) {
      Progress progress = requireNonNull(read.get(states.get(i)), "a state was not read");
      joined += Math.max(0, progress.results() - results.size() - 1);
      fill(calls, progress.calls(), times.get(i));
      fill(results, progress.results(), times.get(i));
      end = progress.isOver() ? times.get(i) : end;
    }
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
      } else if (at > 0 && recorded.time().toEpochMilli() > times.getFirst()) {
        delays.add((double) Math.max(0, at - recorded.time().toEpochMilli()));
      }
    }
    return new Seen(delays, lost, 0, joined);
  }

  private static void fill(List<Long> times, int count, long now) {
    while (times.size() < count) {
      times.add(now);
    }
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

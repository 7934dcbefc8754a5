package ai.stigmer.server.openai;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionSpec;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.runner.contract.StatusMerge;
import ai.stigmer.server.events.RunEvents;
import ai.stigmer.server.events.SseWriter;
import ai.stigmer.server.guard.Audit;
import ai.stigmer.server.http.Shape;
import ai.stigmer.server.run.TraceParent;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/*
 * A completion that nobody waits for any more is cancelled, as with OpenAI: its answer could not be fetched. When the
 * server ends, the run is not cancelled but goes on later, and can be read as an execution.
 */
/** Completes chats: a new execution for each, in a session of its own. */
public final class Chat implements HttpService {
  /** What a completion is asked for with, as far as it counts. */
  public static final Shape BODY = ChatRequest.SHAPE;

  private static final Duration HEARTBEAT = Duration.ofSeconds(15);

  private final RunEvents.Source source;
  private final Models models;
  private final InstantSource clock;
  private final Semaphore places;

  /**
   * @param most the most completions at once, at least 1
   */
  public Chat(RunEvents.Source source, Models models, InstantSource clock, int most) {
    this.source = requireNonNull(source, "source is null");
    this.models = requireNonNull(models, "models is null");
    this.clock = requireNonNull(clock, "clock is null");
    this.places = new Semaphore(most);
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) {
    ctx.clearRequestTimeout();
    return HttpResponse.of(
        request
            .aggregate()
            .thenApplyAsync(
                whole -> begin(ctx, ChatRequest.read(whole.contentUtf8())),
                ctx.blockingTaskExecutor()));
  }

  private HttpResponse begin(ServiceRequestContext ctx, ChatRequest chat) {
    String agent = models.find(chat.model()).getMetadata().getId();
    if (!places.tryAcquire()) {
      throw Problem.of("E573", Problem.Category.LIMIT, "too many completions at once")
          .help("try again when one of them is done")
          .asException();
    }
    try {
      return follow(ctx, chat, agent);
    } catch (RuntimeException e) {
      places.release();
      throw e;
    }
  }

  private HttpResponse follow(ServiceRequestContext ctx, ChatRequest chat, String agent) {
    AgentExecution execution =
        source
            .executions()
            .create(
                TraceParent.noted(
                    AgentExecution.newBuilder()
                        .setSpec(
                            AgentExecutionSpec.newBuilder()
                                .setAgentId(agent)
                                .setMessage(chat.message()))
                        .build()));
    String id = execution.getMetadata().getId();
    if (chat.isStream()) {
      Audit.begun(ctx, id);
    } else {
      Audit.about(ctx, id);
    }
    var completion = new Completion(id, chat.model(), clock.instant().getEpochSecond());
    if (chat.isStream()) {
      var writer = new SseWriter(ctx);
      var sink = new StreamedAnswer(writer, completion, chat.wantsUsage());
      RunEvents events = RunEvents.follow(source, execution, 0, HEARTBEAT, sink);
      writer.whenGone(() -> leave(id, events, sink.isOver()));
      return writer.response();
    }
    var answer = new CompletableFuture<HttpResponse>();
    RunEvents events =
        RunEvents.follow(source, execution, 0, HEARTBEAT, new WholeAnswer(answer, completion));
    HttpResponse response = HttpResponse.of(answer);
    var _ =
        response
            .whenComplete()
            .handle(
                (done, failure) -> {
                  leave(id, events, answer.isDone());
                  return null;
                });
    return response;
  }

  /** The caller has its answer, or is gone. */
  private void leave(String id, RunEvents events, boolean isOver) {
    events.close();
    places.release();
    if (!isOver && !source.executions().isClosed()) {
      Thread.ofVirtual().name("cancel-" + id).start(() -> cancel(id));
    }
  }

  private void cancel(String id) {
    if (!StatusMerge.isTerminal(source.executions().get(id).getStatus().getPhase())) {
      var _ =
          source
              .executions()
              .report(
                  id,
                  AgentExecutionStatus.newBuilder()
                      .setPhase(ExecutionPhase.EXECUTION_CANCELLED)
                      .build());
    }
  }
}

package ai.stigmer.server.events;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.journal.EventCodec;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A run's own events as server-sent events, for a command line that shows it as if it ran there.
 * The event {@code begun} tells the model and where its key comes from, {@code failed} that the
 * execution ended before its run began; all others are events of the run, with the number of their
 * journal entry as {@code id}.
 */
public final class RunFeedPath implements HttpService {
  private static final String LAST = "last-event-id";

  private final Source source;

  /**
   * Where it comes from.
   *
   * @param begun tells of a run, as one line of JSON, what it works with
   */
  public record Source(RunEvents.Source events, RunTails tails, Function<String, String> begun) {}

  public RunFeedPath(Source source) {
    this.source = requireNonNull(source, "source is null");
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) {
    String id = requireNonNull(ctx.pathParam("id"), "the route names the id");
    String last = request.headers().get(LAST, "");
    return HttpResponse.of(
        CompletableFuture.supplyAsync(() -> stream(ctx, id, last), ctx.blockingTaskExecutor()));
  }

  private HttpResponse stream(ServiceRequestContext ctx, String id, String last) {
    AgentExecution _ = source.events().executions().get(id);
    if (!last.matches("[0-9]{0,18}")) {
      throw Problem.of("E561", Problem.Category.USAGE, "Last-Event-ID: must be a whole number")
          .help("leave it out to be told everything")
          .asException();
    }
    long after = last.isEmpty() ? 0 : Long.parseLong(last);
    var writer = new SseWriter(ctx);
    RunFeed feed = RunFeed.follow(source, id, after, new Frames(source, id, writer));
    writer.whenGone(feed::close);
    return writer.response();
  }

  private record Frames(Source source, String id, SseWriter writer) implements RunFeed.Frames {
    @Override
    public void begun() throws Sink.Gone {
      writer.write("event: begun\ndata: " + source.begun().apply(id) + "\n\n");
    }

    @Override
    public void event(String json, long seq) throws Sink.Gone {
      writer.write((seq > 0 ? "id: " + seq + "\n" : "") + "data: " + json + "\n\n");
    }

    @Override
    public void quiet() throws Sink.Gone {
      writer.write(":\n\n");
    }

    @Override
    public void failed(AgentExecution execution) throws Sink.Gone {
      Problem problem =
          source
              .events()
              .executions()
              .failure(id)
              .orElseGet(
                  () ->
                      Problem.of(
                          "E583",
                          Problem.Category.RUN,
                          "the execution ended before its run began: "
                              + execution.getStatus().getPhase().name()
                              + " "
                              + execution.getStatus().getError()));
      writer.write("event: failed\ndata: " + EventCodec.encode(problem) + "\n\n");
    }

    @Override
    public void close() {
      writer.close();
    }
  }
}

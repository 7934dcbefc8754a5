package ai.stigmer.server.events;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.runner.contract.StatusMerge;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The events of an execution as server-sent events. An event's {@code id} is the number of the
 * journal entry that is told with it; a reader who sends it back as {@code Last-Event-ID} is told
 * what came after, also by a server that was started meanwhile. Who has been told all gets no
 * content, which ends the reconnecting of a browser's EventSource.
 */
public final class EventStream implements HttpService {
  private static final String LAST = "last-event-id";

  private final RunEvents.Source source;
  private final Duration heartbeat;

  /**
   * @param heartbeat after how long without an event a comment is sent, so that proxies keep the
   *     connection
   */
  public EventStream(RunEvents.Source source, Duration heartbeat) {
    this.source = requireNonNull(source, "source is null");
    this.heartbeat = requireNonNull(heartbeat, "heartbeat is null");
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) {
    String id = requireNonNull(ctx.pathParam("id"), "the route names the id");
    String last = request.headers().get(LAST, "");
    return HttpResponse.of(
        CompletableFuture.supplyAsync(() -> stream(ctx, id, last), ctx.blockingTaskExecutor()));
  }

  private HttpResponse stream(ServiceRequestContext ctx, String id, String last) {
    AgentExecution execution = source.executions().get(id);
    List<Recorded> entries = source.entries(id);
    long newest = entries.isEmpty() ? 0 : entries.getLast().seq();
    long after = number(last, newest);
    if (after > 0 && after == newest && StatusMerge.isTerminal(execution.getStatus().getPhase())) {
      return HttpResponse.of(HttpStatus.NO_CONTENT);
    }
    var writer = new SseWriter(ctx);
    RunEvents events = RunEvents.follow(source, execution, after, heartbeat, new Frames(writer));
    writer.whenGone(events::close);
    return writer.response();
  }

  private static long number(String last, long newest) {
    if (last.isBlank()) {
      return 0;
    }
    long number = last.matches("[0-9]{1,18}") ? Long.parseLong(last) : -1;
    if (number < 0 || number > newest) {
      throw Problem.of(
              "E561",
              Problem.Category.USAGE,
              "Last-Event-ID: must be the id of an event of this execution")
          .help("leave it out to be told everything")
          .asException();
    }
    return number;
  }

  /** One frame for each event. */
  private record Frames(SseWriter writer) implements Sink {
    @Override
    public void event(ObjectNode event, long seq) throws Gone {
      writer.write((seq > 0 ? "id: " + seq + "\n" : "") + "data: " + event + "\n\n");
    }

    @Override
    public void quiet() throws Gone {
      writer.write(":\n\n");
    }

    @Override
    public void ended() {
      writer.close();
    }

    @Override
    public void broken() {
      writer.close();
    }
  }
}

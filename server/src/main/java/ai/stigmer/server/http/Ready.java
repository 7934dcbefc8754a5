package ai.stigmer.server.http;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Whether the server takes work, part by part. Without a part that it needs it is not ready;
 * without another one it is degraded, and takes work all the same.
 */
public final class Ready implements HttpService {
  /** The status of a server that can take no work. */
  static final String UNREADY = "unready";

  private final List<Part> parts;

  public Ready(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * Something that the server works with.
   *
   * @param look what is wrong with it now; may block
   */
  public record Part(String name, Need need, Supplier<Optional<Problem>> look) {

    /** A part that is fine when the check throws nothing. */
    public static Part of(String name, Need need, Runnable check) {
      return new Part(
          name,
          need,
          () -> {
            check.run();
            return Optional.empty();
          });
    }

    private Optional<Problem> problem() {
      try {
        return look.get();
      } catch (ProblemException e) {
        return Optional.of(e.problem());
      }
    }
  }

  /** Whether there is no work without a part. */
  public enum Need {
    NEEDED,
    WANTED
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) {
    return HttpResponse.of(CompletableFuture.supplyAsync(this::look, ctx.blockingTaskExecutor()));
  }

  /** How it is now in a word; may block. */
  public String status() {
    return report().status();
  }

  /**
   * How it is now.
   *
   * @param status ready, degraded or unready
   */
  public record Report(String status, List<Found> parts) {
    public Report {
      parts = List.copyOf(parts);
    }
  }

  /** A part, and what is wrong with it. */
  public record Found(String name, Need need, Optional<Problem> problem) {}

  /** Looks at every part; may block. */
  public Report report() {
    List<Found> found =
        parts.stream().map(part -> new Found(part.name(), part.need(), part.problem())).toList();
    List<Need> broken =
        found.stream().filter(part -> part.problem().isPresent()).map(Found::need).toList();
    String status =
        broken.contains(Need.NEEDED) ? UNREADY : broken.isEmpty() ? "ready" : "degraded";
    return new Report(status, found);
  }

  private HttpResponse look() {
    Report report = report();
    ObjectNode answer = JsonNodeFactory.instance.objectNode().put("status", report.status());
    ArrayNode told = answer.putArray("parts");
    for (Found part : report.parts()) {
      ObjectNode one =
          told.addObject().put("name", part.name()).put("ok", part.problem().isEmpty());
      part.problem()
          .ifPresent(problem -> one.put("code", problem.code()).put("detail", problem.message()));
    }
    return HttpResponse.of(
        report.status().equals(UNREADY) ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK,
        MediaType.JSON_UTF_8,
        answer + "\n");
  }
}

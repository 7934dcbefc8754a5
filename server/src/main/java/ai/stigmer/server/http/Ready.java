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

  /** Whether everything is there that it needs. */
  public boolean isReady() {
    return parts.stream()
        .filter(part -> part.need() == Need.NEEDED)
        .allMatch(part -> part.problem().isEmpty());
  }

  private HttpResponse look() {
    ObjectNode answer = JsonNodeFactory.instance.objectNode().put("status", "ready");
    ArrayNode told = answer.putArray("parts");
    HttpStatus status = HttpStatus.OK;
    for (Part part : parts) {
      Optional<Problem> problem = part.problem();
      ObjectNode one = told.addObject().put("name", part.name()).put("ok", problem.isEmpty());
      if (problem.isEmpty()) {
        continue;
      }
      one.put("code", problem.get().code()).put("detail", problem.get().message());
      if (part.need() == Need.NEEDED) {
        status = HttpStatus.SERVICE_UNAVAILABLE;
        answer.put("status", "unready");
      } else if (status.equals(HttpStatus.OK)) {
        answer.put("status", "degraded");
      }
    }
    return HttpResponse.of(status, MediaType.JSON_UTF_8, answer + "\n");
  }
}

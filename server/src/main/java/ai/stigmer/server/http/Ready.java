package ai.stigmer.server.http;

import static java.util.Objects.requireNonNull;

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
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Whether the server takes work, part by part. Without a part that it needs it is not ready;
 * without another one it is degraded, and takes work all the same.
 */
public final class Ready implements HttpService {
  /** The status of a server that can take no work. */
  static final String UNREADY = "unready";

  /** How long an answer takes at most; whoever asks has to wait for longer. */
  public static final Duration LONGEST = Duration.ofSeconds(3);

  private final List<Look> looks;
  private final Duration patience;
  private volatile boolean isDraining;

  public Ready(List<Part> parts) {
    this(parts, LONGEST);
  }

  /**
   * @param patience how long all parts together may take to show that they work
   */
  Ready(List<Part> parts, Duration patience) {
    this.looks = parts.stream().map(Look::new).toList();
    this.patience = requireNonNull(patience, "patience is null");
  }

  /** From now on it takes no more work. */
  public void drain() {
    isDraining = true;
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

  /**
   * Looks at a part, for all who ask meanwhile: a database that is away answers nobody for minutes,
   * and each look that waits for it holds a thread.
   */
  private static final class Look {
    private final Part part;
    private CompletableFuture<Optional<Problem>> newest = CompletableFuture.completedFuture(null);

    private Look(Part part) {
      this.part = part;
    }

    private synchronized CompletableFuture<Optional<Problem>> begin() {
      if (newest.isDone()) {
        var next = new CompletableFuture<Optional<Problem>>();
        Thread.ofVirtual()
            .name("ready-" + part.name())
            .start(() -> next.completeAsync(part::problem, Runnable::run));
        newest = next;
      }
      return newest;
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

  /** Looks at every part; may block for some seconds. */
  public Report report() {
    Map<Look, CompletableFuture<Optional<Problem>>> begun = new LinkedHashMap<>();
    looks.forEach(look -> begun.put(look, look.begin()));
    long end = System.nanoTime() + patience.toNanos();
    List<Found> found =
        begun.entrySet().stream()
            .map(
                one ->
                    new Found(
                        one.getKey().part.name(),
                        one.getKey().part.need(),
                        answer(one.getValue(), end - System.nanoTime())))
            .toList();
    List<Need> broken =
        found.stream().filter(part -> part.problem().isPresent()).map(Found::need).toList();
    String status =
        isDraining || broken.contains(Need.NEEDED)
            ? UNREADY
            : broken.isEmpty() ? "ready" : "degraded";
    return new Report(status, found);
  }

  private static Optional<Problem> answer(
      CompletableFuture<Optional<Problem>> look, long patienceNanos) {
    try {
      return look.get(Math.max(0, patienceNanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return Optional.of(Problem.of("E530", Problem.Category.STORE, "it did not answer in time"));
    } catch (ExecutionException e) {
      throw new IllegalStateException("the look failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private HttpResponse look() {
    Report report = report();
    ObjectNode answer = JsonNodeFactory.instance.objectNode().put("status", report.status());
    if (isDraining) {
      answer.put("draining", true);
    }
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

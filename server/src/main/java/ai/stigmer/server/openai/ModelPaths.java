package ai.stigmer.server.openai;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The paths below {@code /v1/models}. */
public final class ModelPaths {
  private ModelPaths() {}

  /** All models. */
  public static HttpService list(Models models) {
    return (ctx, request) -> answer(ctx, models::list);
  }

  /** The model that the path names. */
  public static HttpService one(Models models) {
    return (ctx, request) -> {
      String name = requireNonNull(ctx.pathParam("model"), "the route names the model");
      return answer(ctx, () -> Models.model(models.find(name)));
    };
  }

  private static HttpResponse answer(ServiceRequestContext ctx, Supplier<ObjectNode> body) {
    return HttpResponse.of(
        CompletableFuture.supplyAsync(
            () -> HttpResponse.of(HttpStatus.OK, MediaType.JSON_UTF_8, body.get().toString()),
            ctx.blockingTaskExecutor()));
  }
}

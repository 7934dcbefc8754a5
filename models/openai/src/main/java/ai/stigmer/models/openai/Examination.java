package ai.stigmer.models.openai;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.model.ModelCard;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelSettings;
import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.http.HttpResponse;
import com.openai.errors.OpenAIIoException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Looks at key, server and model before a run needs them; the list of models costs nothing. */
final class Examination {
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final int MAX_LIST = 8 * 1024 * 1024;

  private final ModelSettings settings;
  private final Endpoint endpoint;
  private final LazySdk sdk;
  private final Failures failures;

  Examination(ModelSettings settings, Endpoint endpoint, LazySdk sdk) {
    this.settings = settings;
    this.endpoint = endpoint;
    this.sdk = sdk;
    failures = new Failures(endpoint, settings.model(), ModelSettings.Dialect.CHAT);
  }

  /** The models of the server, or why they are not known. */
  private sealed interface Listing {
    record Known(List<ModelCard> models) implements Listing {}

    record Failed(ModelFailure failure) implements Listing {}
  }

  List<Finding> findings() {
    Optional<Problem> wrongKey = endpoint.keyProblem();
    if (wrongKey.isPresent()) {
      return List.of(Finding.failed("key", wrongKey.get()));
    }
    List<Finding> all = new ArrayList<>();
    switch (listing()) {
      case Listing.Failed(ModelFailure failure) -> all.addAll(without(failure));
      case Listing.Known(List<ModelCard> models) -> {
        all.add(Finding.ok("key", keyText()));
        all.add(Finding.ok("server", endpoint.base() + " answers"));
        all.add(model(models.stream().map(ModelCard::id).toList()));
      }
    }
    return all;
  }

  List<ModelCard> offered() {
    return switch (listing()) {
      case Listing.Failed(ModelFailure failure) -> throw new ProblemException(failure.problem());
      case Listing.Known(List<ModelCard> models) -> models;
    };
  }

  private String keyText() {
    return endpoint.key().map(key -> "a key is sent, and accepted").orElse("no key is sent");
  }

  private List<Finding> without(ModelFailure failure) {
    return switch (failure.kind()) {
      case CREDENTIALS -> List.of(Finding.failed("key", failure.problem()));
      case MODEL_MISSING, BAD_RESPONSE ->
          List.of(
              Finding.warning(
                  "server",
                  endpoint.base() + " answers, but lists no models: " + failure.problem().message(),
                  "a base URL mostly ends in /v1: stigmer config explain"));
      default -> List.of(Finding.failed("server", failure.problem()));
    };
  }

  private Finding model(List<String> models) {
    String model = settings.model();
    if (models.contains(model)) {
      return Finding.ok("model", model + " is known there");
    }
    if (endpoint.host() == Endpoint.Host.VENDOR) {
      return Finding.failed("model", failures.missing(404).problem());
    }
    return Finding.warning(
        "model",
        model + " is not among the " + models.size() + " models that are listed there",
        "a deployment or an alias may have any name; otherwise: -m MODEL");
  }

  private Listing listing() {
    Exchange.Patience patience = new Exchange.Patience(settings.connectTimeout(), LONGEST, LONGEST);
    try (Exchange exchange = new Exchange(patience, new CancelToken())) {
      try (HttpResponse head = sdk.get().models(exchange);
          InputStream body = head.body()) {
        return listing(body.readNBytes(MAX_LIST));
      } catch (Transport.RefusedException e) {
        return new Listing.Failed(failures.refused(e.refusal()));
      } catch (OpenAIIoException | IOException e) {
        return new Listing.Failed(
            exchange.stopped() == null ? failures.connection(e) : failures.noAnswer(LONGEST));
      }
    }
  }

  /** The vendor tells ids only; compatible servers tell the context under one of two names. */
  private static ModelCard card(JsonNode model) {
    JsonNode context = model.path(model.has("max_model_len") ? "max_model_len" : "context_length");
    return new ModelCard(
        Json.text(model, "id"),
        context.canConvertToLong() && context.asLong() > 0
            ? OptionalLong.of(context.asLong())
            : OptionalLong.empty(),
        OptionalLong.empty(),
        List.of(),
        Optional.empty());
  }

  private Listing listing(byte[] body) throws IOException {
    List<ModelCard> models = new ArrayList<>();
    JsonNode root = Json.MAPPER.readTree(body);
    root.path("data").forEach(model -> models.add(card(model)));
    return root.path("data").isArray()
        ? new Listing.Known(models)
        : new Listing.Failed(failures.notOpenAi(endpoint.base() + " lists no models"));
  }
}

package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelSettings;
import com.anthropic.client.AnthropicClient;
import com.anthropic.core.http.HttpResponse;
import com.anthropic.errors.AnthropicException;
import com.anthropic.errors.AnthropicServiceException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Looks at key, endpoint and model with one question that costs nothing. */
final class Examination {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int MOST = 1024 * 1024;

  private final ModelSettings settings;
  private final Endpoint endpoint;
  private final Transport transport;
  private final Failures failures;

  Examination(ModelSettings settings, Endpoint endpoint, Transport transport) {
    this.settings = settings;
    this.endpoint = endpoint;
    this.transport = transport;
    failures = new Failures(endpoint, settings.model());
  }

  List<Finding> findings() {
    List<Finding> all = new ArrayList<>();
    all.add(key());
    Duration connect =
        settings.connectTimeout().compareTo(TIMEOUT) < 0 ? settings.connectTimeout() : TIMEOUT;
    Exchange.Patience patience = new Exchange.Patience(connect, TIMEOUT, TIMEOUT);
    AnthropicClient client = Api.client(endpoint, transport);
    try (Exchange exchange = new Exchange(transport.shared(), patience, new CancelToken())) {
      all.addAll(Transport.within(exchange, () -> ask(exchange, client)));
    }
    return all;
  }

  private List<Finding> ask(Exchange exchange, AnthropicClient client) {
    try (HttpResponse answer = client.models().withRawResponse().retrieve(settings.model())) {
      return card(answer.body().readNBytes(MOST));
    } catch (AnthropicServiceException e) {
      return refused(failures.refused(Refusal.of(e)));
    } catch (AnthropicException | IOException e) {
      ModelFailure failure =
          exchange.stopped() == null
              ? failures.connection(e, Optional.empty())
              : failures.noAnswer(TIMEOUT);
      return List.of(Finding.failed("server", failure.problem()));
    }
  }

  private Finding key() {
    if (endpoint.key().isEmpty()) {
      return Finding.warning(
          "key",
          "no key is set; " + endpoint.base() + " may ask for one",
          "stigmer config explain");
    }
    boolean own = endpoint.key().get().reveal().startsWith("sk-ant-");
    return own || !endpoint.isVendor()
        ? Finding.ok("key", "a key is set")
        : Finding.warning(
            "key",
            "the key does not look like one of Anthropic, which begin with sk-ant-",
            "stigmer config explain");
  }

  private List<Finding> refused(ModelFailure failure) {
    if (failure.kind() == ModelFailure.Kind.MODEL_MISSING) {
      return List.of(server(), Finding.failed("model", failure.problem()));
    }
    String subject = failure.kind() == ModelFailure.Kind.CREDENTIALS ? "key" : "server";
    return List.of(Finding.failed(subject, failure.problem()));
  }

  private Finding server() {
    return Finding.ok("server", "Anthropic answers at " + endpoint.base());
  }

  private List<Finding> card(byte[] body) {
    JsonNode card =
        Json.object(new String(body, StandardCharsets.UTF_8)).orElseGet(Json.NODES::objectNode);
    if (!card.path("id").isTextual()) {
      return List.of(
          Finding.failed(
              "server",
              failures
                  .unusable(
                      200,
                      "what answers at " + endpoint.base() + " is not the API",
                      Optional.empty())
                  .problem()));
    }
    List<Finding> all = new ArrayList<>(List.of(server(), model(card)));
    long most = card.path("max_tokens").asLong(0);
    if (most > 0 && settings.maxTokens().orElse(0) > most) {
      all.add(
          Finding.warning(
              "output",
              String.format(
                  Locale.ROOT,
                  "%,d tokens are asked for, but the model gives %,d at most",
                  settings.maxTokens().orElse(0),
                  most),
              "stigmer config set llm.max_tokens " + most));
    }
    return all;
  }

  private Finding model(JsonNode card) {
    String model = settings.model();
    String end = card.path("retires_at").asText("").replaceFirst("T.*", "");
    return switch (card.path("lifecycle").asText("active")) {
      case "retired" -> Finding.failed("model", failures.retired(end));
      case "deprecated" ->
          Finding.warning(
              "model",
              model + (end.isEmpty() ? " will be retired" : " retires on " + end),
              "stigmer config set llm.model claude-sonnet-5-5");
      default ->
          Finding.ok(
              "model",
              String.format(
                  Locale.ROOT,
                  "%s takes %,d tokens and gives %,d",
                  model,
                  card.path("max_input_tokens").asLong(),
                  card.path("max_tokens").asLong()));
    };
  }
}

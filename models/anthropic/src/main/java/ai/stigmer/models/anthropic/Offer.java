package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.ModelCard;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelSettings;
import com.anthropic.client.AnthropicClient;
import com.anthropic.core.http.HttpResponse;
import com.anthropic.errors.AnthropicException;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.models.models.ModelListParams;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The models that the endpoint lists; one page of a thousand holds them all. */
final class Offer {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int MOST = 8 * 1024 * 1024;
  private static final long PAGE = 1000;
  private static final int DAY = "2026-11-30".length();

  private final Endpoint endpoint;
  private final Transport transport;
  private final Failures failures;

  Offer(ModelSettings settings, Endpoint endpoint, Transport transport) {
    this.endpoint = endpoint;
    this.transport = transport;
    failures = new Failures(endpoint, settings.model());
  }

  List<ModelCard> models() {
    Exchange.Patience patience = new Exchange.Patience(TIMEOUT, TIMEOUT, TIMEOUT);
    AnthropicClient client = Api.client(endpoint, transport);
    try (Exchange exchange = new Exchange(transport.shared(), patience, new CancelToken())) {
      return Transport.within(exchange, () -> ask(exchange, client));
    }
  }

  private List<ModelCard> ask(Exchange exchange, AnthropicClient client) {
    ModelListParams page = ModelListParams.builder().limit(PAGE).build();
    try (HttpResponse answer = client.models().withRawResponse().list(page)) {
      return cards(answer.body().readNBytes(MOST));
    } catch (AnthropicServiceException e) {
      throw new ProblemException(failures.refused(Refusal.of(e)).problem());
    } catch (AnthropicException | IOException e) {
      ModelFailure failure =
          exchange.stopped() == null
              ? failures.connection(e, Optional.empty())
              : failures.noAnswer(TIMEOUT);
      throw new ProblemException(failure.problem());
    }
  }

  private List<ModelCard> cards(byte[] body) {
    JsonNode list =
        Json.object(new String(body, StandardCharsets.UTF_8)).orElseGet(Json.NODES::objectNode);
    if (!list.path("data").isArray()) {
      throw new ProblemException(
          failures
              .unusable(
                  200, "what answers at " + endpoint.base() + " lists no models", Optional.empty())
              .problem());
    }
    var cards = new ArrayList<ModelCard>();
    for (JsonNode model : list.path("data")) {
      if (model.path("id").isTextual()) {
        cards.add(
            new ModelCard(
                model.path("id").asText(),
                tokens(model.path("max_input_tokens")),
                tokens(model.path("max_tokens")),
                List.of(),
                day(model.path("retires_at").asText(""))));
      }
    }
    return cards;
  }

  private static OptionalLong tokens(JsonNode count) {
    return count.canConvertToLong() && count.asLong() > 0
        ? OptionalLong.of(count.asLong())
        : OptionalLong.empty();
  }

  private static Optional<LocalDate> day(String timestamp) {
    try {
      return timestamp.length() < DAY
          ? Optional.empty()
          : Optional.of(LocalDate.parse(timestamp.substring(0, DAY)));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}

package ai.stigmer.models.openai;

import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.ModelSettings.Effort;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.Set;

/**
 * A request with everything that decides how it goes on the wire.
 *
 * @param concessions what the server has refused before
 */
record Ask(
    ModelSettings settings,
    ModelSettings.Dialect dialect,
    Endpoint.Host host,
    ModelTraits traits,
    ModelRequest request,
    Set<Concession> concessions) {
  Ask {
    concessions = Set.copyOf(concessions);
  }

  String model() {
    return settings.model();
  }

  boolean has(Concession concession) {
    return concessions.contains(concession);
  }

  /** Whether the request holds what could be conceded. */
  boolean sends(Concession concession) {
    boolean responses = dialect == ModelSettings.Dialect.RESPONSES;
    return !has(concession)
        && switch (concession) {
          case VERBATIM_TURNS -> request.turn() > 0;
          case STREAM_OPTIONS -> !responses;
          case SUMMARY -> responses && traits.reasons() == ModelTraits.Reasons.YES;
          case ENCRYPTED_REASONING -> responses && traits.reasons() != ModelTraits.Reasons.NO;
          case ANSWER_SCHEMA -> answerSchema().isPresent();
          case EFFORT -> responses ? effort().isPresent() : chatEffort().isPresent();
          case TEMPERATURE -> sendsTemperature();
          case OLD_TOKEN_LIMIT ->
              !responses && settings.maxTokens().isPresent() && !newTokenLimit();
        };
  }

  /** Whether a turn goes back as it came. */
  boolean keeps(ModelTurn turn) {
    return turn.provider().equals(OpenAiProvider.ID)
        && turn.model().equals(model())
        && !has(Concession.VERBATIM_TURNS);
  }

  /** Reasoning models refuse any temperature of the user's. */
  boolean sendsTemperature() {
    return settings.temperature().isPresent()
        && traits.reasons() != ModelTraits.Reasons.YES
        && !has(Concession.TEMPERATURE);
  }

  /** What the text of the answer is held to. */
  Optional<JsonNode> answerSchema() {
    return has(Concession.ANSWER_SCHEMA)
        ? Optional.empty()
        : request.answerSchema().map(Json::tree);
  }

  /** The effort as the Responses API takes it. */
  Optional<String> effort() {
    return has(Concession.EFFORT)
        ? Optional.empty()
        : settings.effort().flatMap(traits::sent).map(ModelTraits.Sent::value);
  }

  /**
   * The effort as Chat Completions takes it: with tools, some of the vendor's models allow none.
   */
  Optional<String> chatEffort() {
    return muted() ? Optional.of("none") : effort();
  }

  /** Whether the model may not think, because it could not call tools otherwise. */
  boolean muted() {
    return traits.chatToolsNeedNone()
        && traits.efforts().contains("none")
        && !request.tools().isEmpty()
        && host != Endpoint.Host.COMPATIBLE
        && !has(Concession.EFFORT);
  }

  /** Whether the newer name of the token limit is sent. */
  boolean newTokenLimit() {
    return host != Endpoint.Host.COMPATIBLE || has(Concession.OLD_TOKEN_LIMIT);
  }

  /** What of the settings is not sent, in words for the user; empty when all is. */
  Optional<String> unsent() {
    boolean quiet = dialect == ModelSettings.Dialect.CHAT && muted();
    StringBuilder words = new StringBuilder();
    if (settings.temperature().isPresent() && traits.reasons() == ModelTraits.Reasons.YES) {
      words.append(model()).append(" takes no temperature; it is not sent");
    }
    settings
        .effort()
        .map(effort -> effortWords(effort, quiet))
        .ifPresent(text -> join(words, text));
    return words.isEmpty() ? Optional.empty() : Optional.of(words.toString());
  }

  private String effortWords(Effort effort, boolean quiet) {
    String asked = effort.name().toLowerCase(java.util.Locale.ROOT);
    if (quiet) {
      return effort == Effort.NONE
          ? ""
          : model() + " calls tools in Chat Completions with effort none only; none is sent";
    }
    Optional<ModelTraits.Sent> sent = traits.sent(effort);
    if (sent.isEmpty()) {
      return model() + " has no effort; " + asked + " is not sent";
    }
    return sent.get().exact()
        ? ""
        : model() + " has no effort " + asked + "; " + sent.get().value() + " is sent";
  }

  private static void join(StringBuilder words, String text) {
    if (!text.isEmpty()) {
      words.append(words.isEmpty() ? "" : "; ").append(text);
    }
  }
}

package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.model.ModelSettings.Effort;
import com.anthropic.core.JsonValue;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.OutputConfig;
import com.anthropic.models.messages.ThinkingConfigAdaptive;
import com.anthropic.models.messages.ThinkingConfigBetweenTools;
import com.anthropic.models.messages.ThinkingConfigDisabled;
import com.anthropic.models.messages.ThinkingConfigEnabled;
import java.util.Map;
import java.util.Optional;

/**
 * How hard a model is asked to think, in the words that it takes.
 *
 * @param model the model's full id
 * @param effort what the settings ask for
 * @param maxTokens the most tokens of one answer, of which a budget for thinking is a part
 */
record Thought(String model, Optional<Effort> effort, long maxTokens) {
  private static final String BETA = "anthropic-beta";
  private static final String BINDING_CONTROLS = "thinking-binding-controls-2026-08-01";
  private static final long LEAST_BUDGET = 1024;

  /** Adds to the request what the model takes. */
  void addTo(MessageCreateParams.Builder params, OutputConfig.Builder output) {
    Traits traits = Traits.of(model);
    switch (traits.thinking()) {
      case NONE -> {
        // Nothing is known of the model, so nothing is asked that it may refuse.
      }
      case BUDGET -> budget().ifPresent(tokens -> enable(params, tokens));
      case ADAPTIVE -> {
        if (isOff()) {
          params.thinking(ThinkingConfigDisabled.builder().build());
        } else {
          adapt(params, output, traits);
        }
      }
      case BETWEEN_TOOLS -> {
        if (isOff()) {
          params.thinking(ThinkingConfigBetweenTools.builder().build());
        } else {
          adapt(params, output, traits);
        }
      }
      case ALWAYS -> adapt(params, output, traits);
    }
  }

  /** What the user is told when the model cannot do as the settings ask. */
  Optional<String> shortfall() {
    return switch (Traits.of(model).thinking()) {
      case NONE ->
          effort.map(e -> "nothing is known of " + model + ", so llm.effort is not sent to it");
      case ALWAYS ->
          isOff()
              ? Optional.of(model + " cannot stop thinking; it is asked for low effort")
              : Optional.empty();
      case BUDGET ->
          effort.isPresent() && !isOff() && budget().isEmpty()
              ? Optional.of(
                  "an answer of "
                      + maxTokens
                      + " tokens leaves "
                      + model
                      + " no room to think; llm.effort is not sent")
              : Optional.empty();
      case ADAPTIVE, BETWEEN_TOOLS -> Optional.empty();
    };
  }

  private boolean isOff() {
    return effort.equals(Optional.of(Effort.NONE));
  }

  private Optional<Long> budget() {
    long wanted =
        switch (effort.orElse(Effort.NONE)) {
          case NONE -> 0;
          case LOW -> 2_048;
          case MEDIUM -> 8_192;
          case HIGH -> 16_384;
          case MAX -> 32_768;
        };
    long budget = Math.min(wanted, maxTokens - LEAST_BUDGET);
    return budget >= LEAST_BUDGET ? Optional.of(budget) : Optional.empty();
  }

  private static void enable(MessageCreateParams.Builder params, long tokens) {
    params.thinking(ThinkingConfigEnabled.builder().budgetTokens(tokens).build());
  }

  private void adapt(
      MessageCreateParams.Builder params, OutputConfig.Builder output, Traits traits) {
    ThinkingConfigAdaptive.Builder thinking = ThinkingConfigAdaptive.builder();
    if (traits.display()) {
      thinking.display(ThinkingConfigAdaptive.Display.SUMMARIZED);
    }
    if (traits.binding()) {
      thinking.putAdditionalProperty(
          "block_binding", JsonValue.from(Map.of("prefix_mismatch_behavior", "drop_block")));
      params.putAdditionalHeader(BETA, BINDING_CONTROLS);
    }
    params.thinking(thinking.build());
    effort.map(Thought::word).ifPresent(output::effort);
  }

  private static OutputConfig.Effort word(Effort effort) {
    return switch (effort) {
      case NONE, LOW -> OutputConfig.Effort.LOW;
      case MEDIUM -> OutputConfig.Effort.MEDIUM;
      case HIGH -> OutputConfig.Effort.HIGH;
      case MAX -> OutputConfig.Effort.MAX;
    };
  }
}

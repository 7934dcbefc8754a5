package ai.stigmer.cli.screen;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.model.ModelRef;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The model of a run as output names it.
 *
 * @param provider the provider's id
 * @param model the full model id, or the scenario file
 */
public record ShownModel(String provider, String model) {
  public ShownModel {
    requireNonNull(provider, "provider is null");
    requireNonNull(model, "model is null");
  }

  /** Whether a written scenario answers instead of a model; output must say so. */
  public boolean scripted() {
    return provider.equals(ModelRef.SCRIPTED);
  }

  ObjectNode json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("provider", provider)
        .put("model", model)
        .put("scripted", scripted());
  }
}

package ai.stigmer.runner;

import ai.stigmer.config.ModelCatalog;
import ai.stigmer.graphton.context.ContextPolicy;
import ai.stigmer.graphton.model.ModelSettings;
import java.util.List;
import java.util.OptionalLong;

/** Context windows as they are configured, or as the model catalog has them. */
final class KnownWindows implements ContextPolicy.Windows {
  private final List<ModelSettings> models;

  KnownWindows(List<ModelSettings> models) {
    this.models = List.copyOf(models);
  }

  @Override
  public OptionalLong of(String provider, String model) {
    for (ModelSettings each : models) {
      if (each.provider().equals(provider)
          && each.model().equals(model)
          && each.contextLength().isPresent()) {
        return OptionalLong.of(each.contextLength().getAsInt());
      }
    }
    return ModelCatalog.find(provider, model)
        .map(known -> known.context())
        .orElse(OptionalLong.empty());
  }
}

package ai.stigmer.runner;

import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelSettings;
import java.util.ArrayList;
import java.util.List;

/** The models of one run: the chosen one, and those that stand in for it. */
record Models(ChatModel chosen, List<ChatModel> fallbacks) implements AutoCloseable {
  Models {
    fallbacks = List.copyOf(fallbacks);
  }

  /**
   * Opens the chosen model; a fallback is opened when it is first asked.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the chosen model's settings cannot
   *     work, or the module of any provider is missing
   */
  static Models open(Providers providers, RunEnvironment environment) {
    var fallbacks = new ArrayList<ChatModel>();
    for (ModelSettings settings : environment.fallbacks()) {
      fallbacks.add(new LateModel(providers.named(settings.provider()), settings));
    }
    ModelSettings settings = environment.model();
    return new Models(providers.named(settings.provider()).open(settings), fallbacks);
  }

  @Override
  public void close() {
    fallbacks.forEach(ChatModel::close);
    chosen.close();
  }
}

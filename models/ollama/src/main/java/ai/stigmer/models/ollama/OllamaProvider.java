package ai.stigmer.models.ollama;

import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.model.ModelProvider;
import ai.stigmer.graphton.model.ModelSettings;
import java.util.List;

/**
 * Ollama's native chat API. All models of one provider share their connections.
 *
 * <p>Thread contract: thread-safe.
 */
public final class OllamaProvider implements ModelProvider {
  /** The provider's id. */
  public static final String ID = "ollama";

  private final Connections connections = new Connections();
  private final LoadedModels loaded = new LoadedModels();

  @Override
  public String id() {
    return ID;
  }

  /**
   * Opens a model. The connection is made in the background, so that it is there when the first
   * request is; whether the server can be reached shows with that request.
   */
  @Override
  public ChatModel open(ModelSettings settings) {
    Endpoint endpoint = Endpoint.of(settings.baseUrl(), settings.apiKey());
    OllamaChatModel model = new OllamaChatModel(settings, endpoint, connections, loaded);
    Thread.ofVirtual().name("ollama-warm-up").start(model::warmUp);
    return model;
  }

  @Override
  public void close() {
    connections.close();
  }

  @Override
  public List<Finding> examine(ModelSettings settings) {
    Endpoint endpoint = Endpoint.of(settings.baseUrl(), settings.apiKey());
    OllamaServer server = new OllamaServer(endpoint, connections, settings.connectTimeout());
    return new Examination(settings, endpoint, server).findings();
  }
}

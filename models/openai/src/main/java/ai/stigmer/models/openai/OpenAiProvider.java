package ai.stigmer.models.openai;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.model.ModelCard;
import ai.stigmer.graphton.model.ModelProvider;
import ai.stigmer.graphton.model.ModelSettings;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.ConnectionPool;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's models, Azure's deployments of them, and every server that is compatible with one of
 * their two APIs. All models of one provider share their connections. The vendor's SDK is loaded
 * when the first model is opened.
 *
 * <p>Thread contract: thread-safe.
 */
public final class OpenAiProvider implements ModelProvider {
  /** The provider's id. */
  public static final String ID = "openai";

  private final AtomicReference<@Nullable SharedConnections> connections = new AtomicReference<>();

  @Override
  public String id() {
    return ID;
  }

  /**
   * Opens a model. The Responses API is spoken to the vendor's hosts and Azure, Chat Completions to
   * any other, unless the settings name one of them.
   */
  @Override
  public ChatModel open(ModelSettings settings) {
    Endpoint endpoint = Endpoint.of(settings.baseUrl(), settings.apiKey());
    endpoint
        .keyProblem()
        .ifPresent(
            problem -> {
              throw new ProblemException(problem);
            });
    return new OpenAiChatModel(settings, endpoint, sdk(settings, endpoint).begin());
  }

  private LazySdk sdk(ModelSettings settings, Endpoint endpoint) {
    return new LazySdk(
        () -> new Sdk(new Transport(pool(), endpoint, settings.connectTimeout()), endpoint));
  }

  private ConnectionPool pool() {
    SharedConnections fresh = new SharedConnections();
    SharedConnections known = connections.compareAndExchange(null, fresh);
    return (known == null ? fresh : known).pool();
  }

  @Override
  public List<Finding> examine(ModelSettings settings) {
    Endpoint endpoint = Endpoint.of(settings.baseUrl(), settings.apiKey());
    return new Examination(settings, endpoint, sdk(settings, endpoint).begin()).findings();
  }

  @Override
  public List<ModelCard> offered(ModelSettings settings) {
    Endpoint endpoint = Endpoint.of(settings.baseUrl(), settings.apiKey());
    endpoint
        .keyProblem()
        .ifPresent(
            problem -> {
              throw new ProblemException(problem);
            });
    return new Examination(settings, endpoint, sdk(settings, endpoint).begin()).offered();
  }

  @Override
  public void close() {
    SharedConnections known = connections.get();
    if (known != null) {
      known.pool().evictAll();
    }
  }
}

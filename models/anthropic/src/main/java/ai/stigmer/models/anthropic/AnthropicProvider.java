package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.model.ModelCard;
import ai.stigmer.graphton.model.ModelProvider;
import ai.stigmer.graphton.model.ModelSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Anthropic's Messages API. All models of one provider share their connections. The vendor's SDK is
 * loaded with the first model and not before.
 *
 * <p>Thread contract: thread-safe.
 */
public final class AnthropicProvider implements ModelProvider {
  /** The provider's id. */
  public static final String ID = "anthropic";

  private final Object lock = new Object();
  private @Nullable Transport transport;

  @Override
  public String id() {
    return ID;
  }

  /**
   * Opens a model; nothing is sent yet. The SDK is loaded in the background.
   *
   * @throws ProblemException when the base URL is none, or when the key is missing for the vendor's
   *     own host, belongs to another vendor or cannot be sent
   */
  @Override
  public ChatModel open(ModelSettings settings) {
    Endpoint endpoint = Endpoint.of(settings.baseUrl(), settings.apiKey());
    return new AnthropicChatModel(settings, endpoint, this::shared);
  }

  @Override
  public List<Finding> examine(ModelSettings settings) {
    Endpoint endpoint;
    try {
      endpoint = Endpoint.of(settings.baseUrl(), settings.apiKey());
    } catch (ProblemException e) {
      return List.of(Finding.failed("key", e.problem()));
    }
    return new Examination(settings, endpoint, shared()).findings();
  }

  @Override
  public List<ModelCard> offered(ModelSettings settings) {
    Endpoint endpoint = Endpoint.of(settings.baseUrl(), settings.apiKey());
    return new Offer(settings, endpoint, shared()).models();
  }

  private Transport shared() {
    synchronized (lock) {
      Transport made = transport == null ? new Transport() : transport;
      transport = made;
      return made;
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      if (transport != null) {
        transport.close();
        transport = null;
      }
    }
  }
}

package ai.stigmer.runner;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelProvider;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ModelSettings;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A model that is opened when it is first asked. Most runs never need their fallbacks, and opening
 * a vendor's library takes longer than all else at a start.
 *
 * <p>Thread contract: thread-safe.
 */
final class LateModel implements ChatModel {
  private final ModelProvider source;
  private final ModelSettings settings;
  private @Nullable ChatModel open;

  LateModel(ModelProvider source, ModelSettings settings) {
    this.source = source;
    this.settings = settings;
  }

  @Override
  public String provider() {
    return settings.provider();
  }

  @Override
  public String model() {
    return settings.model();
  }

  @Override
  public ModelResult call(ModelRequest request, CancelToken cancel, Consumer<ModelEvent> events) {
    ChatModel model;
    try {
      model = opened();
    } catch (ProblemException e) {
      return new ModelResult.Failed(
          ModelFailure.of(provider(), 0, ModelFailure.Kind.BAD_REQUEST, e.problem()));
    }
    return model.call(request, cancel, events);
  }

  /** A model that was never asked has not told anything. */
  @Override
  public synchronized OptionalLong contextWindow() {
    return open == null ? OptionalLong.empty() : open.contextWindow();
  }

  @Override
  public boolean bindsThinking() {
    try {
      return opened().bindsThinking();
    } catch (ProblemException e) {
      return false;
    }
  }

  @Override
  public synchronized void close() {
    if (open != null) {
      open.close();
    }
  }

  private synchronized ChatModel opened() {
    if (open == null) {
      open = source.open(settings);
    }
    return open;
  }
}

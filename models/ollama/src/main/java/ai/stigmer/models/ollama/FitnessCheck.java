package ai.stigmer.models.ollama;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelSettings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the user once, before the first request that offers tools, when the model is not made for
 * them: its family is known to be unfit, or the probe found it out.
 *
 * <p>A warm start is not slowed down: the server is asked for the model's digest while the run's
 * journal opens, the verdict is a file of one word, and only a model that was never used here is
 * made to answer.
 *
 * <p>Thread contract: thread-safe.
 */
final class FitnessCheck {
  private final ModelSettings settings;
  private final OllamaServer server;
  private final Optional<ToolProbe> probe;
  private final AtomicBoolean told = new AtomicBoolean();
  private @Nullable CompletableFuture<Reply<List<OllamaServer.Installed>>> asked;

  /**
   * A check.
   *
   * @param probe empty when nobody may be asked, and then names are all there is to go by
   */
  FitnessCheck(ModelSettings settings, OllamaServer server, Optional<ToolProbe> probe) {
    this.settings = settings;
    this.server = server;
    this.probe = probe;
  }

  /** Asks the server now, so that the first call need not wait. */
  void prefetch() {
    if (probe.isPresent()) {
      var _ = asking();
    }
  }

  /** Tells, the first time. It may take as long as the model takes to load and to answer once. */
  void tell(int context, CancelToken cancel, Consumer<ModelEvent> events) {
    if (probe.isEmpty() || !told.compareAndSet(false, true)) {
      return;
    }
    List<OllamaServer.Installed> installed = installed();
    String name = settings.model();
    if (Fitness.isUnfit(name)) {
      say(
          events,
          "W216",
          name + " is known not to work well with tools; " + Fitness.better(installed, name));
      return;
    }
    Optional<OllamaServer.Installed> model =
        installed.stream().filter(one -> one.isNamed(name)).findFirst();
    if (model.isPresent() && model.get().capabilities().contains("tools")) {
      probe
          .get()
          .ask(model.get(), settings, context, cancel)
          .ifPresent(verdict -> tell(verdict, installed, events));
    }
  }

  private void tell(
      ToolProbe.Verdict verdict,
      List<OllamaServer.Installed> installed,
      Consumer<ModelEvent> events) {
    String name = settings.model();
    switch (verdict) {
      case CALLS, UNCLEAR -> {}
      case PRINTS ->
          say(
              events,
              "W217",
              name
                  + " printed its call as text when it was tried; such calls are recognised, but "
                  + Fitness.better(installed, name));
      case SILENT ->
          say(
              events,
              "W217",
              name
                  + " did not call the tool that it was told to call when it was tried; "
                  + Fitness.better(installed, name));
    }
  }

  private static void say(Consumer<ModelEvent> events, String code, String text) {
    events.accept(new ModelEvent.Notice(code, text));
  }

  private List<OllamaServer.Installed> installed() {
    return asking().join() instanceof Reply.Ok<List<OllamaServer.Installed>>(var models)
        ? models
        : List.of();
  }

  /** One question, whoever needs it first. */
  private synchronized CompletableFuture<Reply<List<OllamaServer.Installed>>> asking() {
    CompletableFuture<Reply<List<OllamaServer.Installed>>> asking = asked;
    if (asking == null) {
      asking = server.installing();
      asked = asking;
    }
    return asking;
  }
}

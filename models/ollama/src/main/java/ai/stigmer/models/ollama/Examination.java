package ai.stigmer.models.ollama;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Looks at a server and a model before a run needs them. */
final class Examination {
  /** Agents need room for the files they read; Ollama's documentation asks for 64,000 tokens. */
  private static final int SMALL = 16_384;

  private final ModelSettings settings;
  private final OllamaServer server;
  private final Failures failures;
  private final String base;
  private final Optional<ToolProbe> probe;

  Examination(
      ModelSettings settings, Endpoint endpoint, OllamaServer server, Optional<ToolProbe> probe) {
    this.probe = probe;
    this.settings = settings;
    this.server = server;
    this.failures = new Failures(endpoint, settings.model());
    this.base = endpoint.base();
  }

  List<Finding> findings() {
    return switch (server.version()) {
      case Reply.Failed<String>(ModelFailure failure) ->
          List.of(Finding.failed("server", failure.problem()));
      case Reply.Ok<String>(String version) -> {
        List<Finding> all = new ArrayList<>();
        all.add(Finding.ok("server", "ollama " + version + " at " + base));
        all.addAll(model());
        yield all;
      }
    };
  }

  private List<Finding> model() {
    return switch (server.show(settings.model())) {
      case Reply.Failed<OllamaServer.Card>(ModelFailure failure) ->
          List.of(Finding.failed("model", refusal(failure)));
      case Reply.Ok<OllamaServer.Card>(OllamaServer.Card card) ->
          List.of(fitness(card.capabilities()), context(card.contextLength()), loaded(asked(card)));
    };
  }

  private Problem refusal(ModelFailure failure) {
    return failure.kind() == ModelFailure.Kind.MODEL_MISSING
        ? failures.missing(server.fitForTools()).problem()
        : failure.problem();
  }

  private Finding fitness(List<String> capabilities) {
    String model = settings.model();
    if (capabilities.isEmpty()) {
      return Finding.warning(
          "model",
          model + " is installed; this server does not tell whether it can call tools",
          "a newer Ollama tells: https://ollama.com/download");
    }
    if (!capabilities.contains("tools")) {
      return Finding.failed("model", failures.unfit(0, server.fitForTools()).problem());
    }
    if (Fitness.isUnfit(model)) {
      return Finding.warning(
          "model",
          model
              + " is installed; it is known not to work well with tools, and printed calls are"
              + " recognised (W210)",
          Fitness.better(installed(), model),
          "keep a choice with: stigmer config set llm.model NAME");
    }
    return tried(model);
  }

  private Finding tried(String model) {
    List<OllamaServer.Installed> installed = installed();
    Optional<ToolProbe.Verdict> verdict =
        installed.stream()
            .filter(one -> one.isNamed(model))
            .findFirst()
            .flatMap(one -> probe.flatMap(kept -> kept.known(one)));
    String text = model + " is installed and can call tools";
    return switch (verdict.orElse(ToolProbe.Verdict.UNCLEAR)) {
      case UNCLEAR -> Finding.ok("model", text);
      case CALLS -> Finding.ok("model", text + ", as it did when it was tried");
      case PRINTS ->
          Finding.warning(
              "model",
              model + " is installed; it printed its call as text when it was tried (W217)",
              Fitness.better(installed, model));
      case SILENT ->
          Finding.warning(
              "model",
              model + " is installed; it did not call a tool when it was tried (W217)",
              Fitness.better(installed, model));
    };
  }

  private List<OllamaServer.Installed> installed() {
    return server.installed() instanceof Reply.Ok<List<OllamaServer.Installed>>(var models)
        ? models
        : List.of();
  }

  private int asked(OllamaServer.Card card) {
    return settings.contextLength().orElse(ContextWindow.automatic(card.contextLength()));
  }

  private Finding loaded(int asked) {
    Reply<Optional<OllamaServer.Running>> reply = server.running(settings.model()).join();
    if (!(reply instanceof Reply.Ok<Optional<OllamaServer.Running>>(var running))
        || running.isEmpty()) {
      return Finding.ok("loaded", "not now; the first answer loads it");
    }
    int context = running.get().contextLength().orElse(0);
    int gpu = running.get().gpuPercent().orElse(100);
    String share = running.get().gpuPercent().isPresent() ? ", " + gpu + "% on the GPU" : "";
    String text =
        (context == 0 ? "yes; this server does not tell its context" : words(context)) + share;
    if (context > 0 && context != asked) {
      text += "; a run loads it anew with " + words(asked);
    }
    return gpu < 100
        ? Finding.warning(
            "loaded",
            text,
            "what does not fit there is slow: a smaller --context-length, or a smaller model")
        : Finding.ok("loaded", text);
  }

  private Finding context(OptionalInt trained) {
    int most = trained.orElse(0);
    int asked = settings.contextLength().orElse(ContextWindow.automatic(trained));
    if (most > 0 && asked > most) {
      return Finding.warning(
          "context",
          words(asked) + " are asked for, but the model has " + words(most) + " at most",
          "stigmer config set llm.context_length " + most);
    }
    String text = words(asked) + " are asked for";
    if (asked < SMALL) {
      return Finding.warning(
          "context",
          text + "; that is little for work on files",
          most > 0 && most < SMALL
              ? "a model with a larger context, for example: ollama pull qwen3.5"
              : "--context-length 32768, if memory allows it");
    }
    return Finding.ok("context", most == 0 ? text : text + ", the model has " + words(most));
  }

  private static String words(int tokens) {
    return String.format(Locale.ROOT, "%,d tokens", tokens);
  }
}

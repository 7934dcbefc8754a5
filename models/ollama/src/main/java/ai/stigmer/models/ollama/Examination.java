package ai.stigmer.models.ollama;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Looks at a server and a model before a run needs them. */
final class Examination {
  /** Agents need room for the files they read; Ollama's documentation asks for 64,000 tokens. */
  private static final int SMALL = 16_384;

  /** What Ollama's own launcher lists as not working well with agents, as of 0.33. */
  private static final Pattern UNFIT =
      Pattern.compile("(codellama|qwen2\\.5|llama3|mistral|starcoder|deepseek-r1:(1\\.5|7|8)b).*");

  private final ModelSettings settings;
  private final OllamaServer server;
  private final Failures failures;
  private final String base;

  Examination(ModelSettings settings, Endpoint endpoint, OllamaServer server) {
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
          List.of(fitness(card.capabilities()), context(card.contextLength()));
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
    if (UNFIT.matcher(model.toLowerCase(Locale.ROOT)).matches()) {
      return Finding.warning(
          "model",
          model + " is installed; it may print its tool calls as text (W210), which is recognised",
          "for better results: ollama pull qwen3.5, then stigmer config set llm.model qwen3.5");
    }
    return Finding.ok("model", model + " is installed and can call tools");
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

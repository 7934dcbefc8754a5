package ai.stigmer.models.ollama;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.Finding;
import ai.stigmer.graphton.model.ModelCard;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelProvider;
import ai.stigmer.graphton.model.ModelSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Ollama's native chat API. All models of one provider share their connections.
 *
 * <p>Thread contract: thread-safe.
 */
public final class OllamaProvider implements ModelProvider {
  /** The provider's id. */
  public static final String ID = "ollama";

  /** Each one is asked about by itself. */
  private static final int MOST_SHOWN = 200;

  private final Connections connections = new Connections();
  private final LoadedModels loaded = new LoadedModels();
  private final Optional<ProbeRecords> records;

  /** A provider that sends nothing but what it is asked for. */
  public OllamaProvider() {
    records = Optional.empty();
  }

  /**
   * A provider that tells when a model is not made for tools, and asks a model that it does not
   * know about them, once.
   *
   * @param probes the folder that keeps what was found; it is made when it is needed
   */
  public OllamaProvider(Path probes) {
    records = Optional.of(new ProbeRecords(probes));
  }

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
    OllamaChatModel model = model(settings, endpoint, probe(endpoint));
    Thread.ofVirtual().name("ollama-warm-up").start(model::warmUp);
    return model;
  }

  private OllamaChatModel model(
      ModelSettings settings, Endpoint endpoint, Optional<ToolProbe> probe) {
    OllamaServer server = new OllamaServer(endpoint, connections, settings.connectTimeout());
    FitnessCheck fitness = new FitnessCheck(settings, server, probe);
    return new OllamaChatModel(
        settings, new Contact(endpoint, connections, server), loaded, fitness);
  }

  private Optional<ToolProbe> probe(Endpoint endpoint) {
    return records.map(
        kept -> new ToolProbe(kept, settings -> model(settings, endpoint, Optional.empty())));
  }

  /**
   * Whether an installed model calls tools, as far as can be told: a model that is used for the
   * first time is tried once, which takes as long as it takes to load. True when it is not known to
   * fail.
   */
  public boolean callsTools(ModelSettings settings, CancelToken cancel) {
    Endpoint endpoint = Endpoint.of(settings.baseUrl(), settings.apiKey());
    OllamaServer server = new OllamaServer(endpoint, connections, settings.connectTimeout());
    Optional<ToolProbe.Verdict> verdict =
        probe(endpoint)
            .flatMap(
                probe ->
                    server
                        .installed(settings.model())
                        .flatMap(
                            model ->
                                probe.ask(model, settings, context(settings, server), cancel)));
    return switch (verdict.orElse(ToolProbe.Verdict.UNCLEAR)) {
      case CALLS, UNCLEAR -> true;
      case PRINTS, SILENT -> false;
    };
  }

  private static int context(ModelSettings settings, OllamaServer server) {
    return new ContextWindow(settings, server).size(new CancelToken())
            instanceof ContextWindow.Size.Tokens(int tokens)
        ? tokens
        : ContextWindow.UNKNOWN;
  }

  @Override
  public void close() {
    connections.close();
  }

  @Override
  public List<Finding> examine(ModelSettings settings) {
    Endpoint endpoint = Endpoint.of(settings.baseUrl(), settings.apiKey());
    OllamaServer server = new OllamaServer(endpoint, connections, settings.connectTimeout());
    return new Examination(settings, endpoint, server, probe(endpoint)).findings();
  }

  @Override
  public List<ModelCard> offered(ModelSettings settings) {
    Endpoint endpoint = Endpoint.of(settings.baseUrl(), settings.apiKey());
    OllamaServer server = new OllamaServer(endpoint, connections, settings.connectTimeout());
    return switch (server.installed()) {
      case Reply.Failed<List<OllamaServer.Installed>>(ModelFailure failure) ->
          throw new ProblemException(failure.problem());
      case Reply.Ok<List<OllamaServer.Installed>>(List<OllamaServer.Installed> models) ->
          models.stream().limit(MOST_SHOWN).map(model -> card(server, model)).toList();
    };
  }

  /** What the server does not tell of a model is left open. */
  private static ModelCard card(OllamaServer server, OllamaServer.Installed model) {
    OptionalLong context = OptionalLong.empty();
    List<String> capabilities = model.capabilities();
    if (server.show(model.name()) instanceof Reply.Ok<OllamaServer.Card>(OllamaServer.Card shown)) {
      context = shown.contextLength().stream().asLongStream().findFirst();
      capabilities = shown.capabilities();
    }
    return new ModelCard(
        model.name(), context, OptionalLong.empty(), capabilities, Optional.empty());
  }
}

package ai.stigmer.models.ollama;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.model.ModelEvent;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.ModelSettings.Effort;
import ai.stigmer.graphton.model.ToolSpec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Tells a model once to call a tool and sees what it does: a model may list the capability and
 * print its calls as text all the same. What was found is kept by the model's digest, so a model is
 * asked when it is used for the first time on this machine and never again; a model that runs on
 * somebody else's machine is never asked.
 *
 * <p>Thread contract: thread-safe; {@link #ask} blocks.
 */
final class ToolProbe {
  private static final int MOST_OUTPUT = 256;
  private static final ToolSpec TOOL =
      new ToolSpec(
          "stigmer_probe",
          "Takes a number and does nothing else.",
          "{\"type\":\"object\",\"properties\":{\"value\":{\"type\":\"integer\"}},"
              + "\"required\":[\"value\"]}");
  private static final ModelRequest REQUEST =
      new ModelRequest(
          "",
          List.of(
              new Message.User(
                  "Call the tool stigmer_probe with the value 7. Call it, do not talk about it.")),
          List.of(TOOL));

  /** What a model did. */
  enum Verdict {
    /** It called the tool. */
    CALLS,
    /** It printed the call as text. */
    PRINTS,
    /** It said something else. */
    SILENT,
    /** Its output was used up before it did anything. */
    UNCLEAR
  }

  private final ProbeRecords records;
  private final Function<ModelSettings, OllamaChatModel> open;

  /**
   * A probe.
   *
   * @param open gives a model that is not probed itself
   */
  ToolProbe(ProbeRecords records, Function<ModelSettings, OllamaChatModel> open) {
    this.records = records;
    this.open = open;
  }

  /** What is known of a model, without asking it. */
  Optional<Verdict> known(OllamaServer.Installed model) {
    return records.read(model.digest());
  }

  /**
   * What is known of a model, after asking it where nothing is. Empty when it cannot be asked, or
   * what it does could not be kept and would be asked for at every start.
   *
   * @param settings of the run; the model is loaded as the run will need it
   * @param context in tokens
   */
  Optional<Verdict> ask(
      OllamaServer.Installed model, ModelSettings settings, int context, CancelToken cancel) {
    Optional<Verdict> known = known(model);
    if (known.isPresent() || model.isRemote() || !records.canKeep(model.digest())) {
      return known;
    }
    Optional<Verdict> found = find(settings(model, settings, context), cancel);
    found.ifPresent(verdict -> records.write(model.digest(), verdict));
    return found;
  }

  private Optional<Verdict> find(ModelSettings settings, CancelToken cancel) {
    AtomicBoolean printed = new AtomicBoolean();
    try (OllamaChatModel model = open.apply(settings)) {
      ModelResult result =
          model.call(
              REQUEST,
              cancel,
              event -> {
                if (event instanceof ModelEvent.Notice notice
                    && notice.code().equals(TurnAssembly.PRINTED)) {
                  printed.set(true);
                }
              });
      return result instanceof ModelResult.Turn(ModelTurn turn)
          ? Optional.of(verdict(turn, printed.get()))
          : Optional.empty();
    }
  }

  private static Verdict verdict(ModelTurn turn, boolean printed) {
    if (turn.calls().stream().anyMatch(call -> call.name().equals(TOOL.name()))) {
      return printed ? Verdict.PRINTS : Verdict.CALLS;
    }
    return turn.stop() == StopReason.END ? Verdict.SILENT : Verdict.UNCLEAR;
  }

  private static ModelSettings settings(
      OllamaServer.Installed model, ModelSettings run, int context) {
    return new ModelSettings(
        run.provider(),
        run.model(),
        run.baseUrl(),
        run.apiKey(),
        OptionalInt.of(MOST_OUTPUT),
        OptionalDouble.of(0),
        OptionalInt.of(context),
        model.capabilities().contains("thinking") ? Optional.of(Effort.NONE) : Optional.empty(),
        Optional.empty(),
        run.connectTimeout(),
        run.firstTokenTimeout(),
        run.idleTimeout());
  }
}

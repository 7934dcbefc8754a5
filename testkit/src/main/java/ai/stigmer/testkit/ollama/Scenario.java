package ai.stigmer.testkit.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * What the fake server has installed and how it answers. Immutable, except that {@link #of} counts
 * its answers: use a scenario for one server.
 *
 * @param answers gives the answer to a chat request's body, or nothing when the scenario is over
 * @param models the installed models
 * @param version the server's version
 * @param recording whether requests are kept and checked
 * @param allocated the context that each load of a model gets, in tokens, the last one for all that
 *     follow; empty means the one asked for
 * @param tellsContext whether {@code /api/ps} tells the context, as old servers do not
 * @param gpuPercent how much of a loaded model lies in the memory of the graphics card
 * @param pulls the models that can be pulled
 */
public record Scenario(
    Function<JsonNode, Optional<Answer>> answers,
    List<InstalledModel> models,
    String version,
    Recording recording,
    List<Integer> allocated,
    boolean tellsContext,
    int gpuPercent,
    List<Pull> pulls) {

  /** Whether requests are kept and checked. */
  public enum Recording {
    /** Every request is kept and checked. */
    ON,
    /** Nothing is kept or checked: for benchmarks. */
    OFF
  }

  private static final List<InstalledModel> DEFAULT_MODELS =
      List.of(
          InstalledModel.withTools("qwen2.5-coder:7b", 32_768),
          InstalledModel.withTools("qwen3.5:latest", 262_144));

  public Scenario {
    models = List.copyOf(models);
    allocated = List.copyOf(allocated);
    pulls = List.copyOf(pulls);
  }

  /** Gives these answers in order; a request too many gets status 500 and is a violation. */
  public static Scenario of(Answer... answers) {
    List<Answer> list = List.of(answers);
    AtomicInteger next = new AtomicInteger();
    return of(
        body -> {
          int index = next.getAndIncrement();
          return index < list.size() ? Optional.of(list.get(index)) : Optional.empty();
        });
  }

  /** Answers every request by a function of its body. The function must be thread-safe. */
  public static Scenario answering(Function<JsonNode, Answer> answers) {
    return of(body -> Optional.of(answers.apply(body)));
  }

  private static Scenario of(Function<JsonNode, Optional<Answer>> answers) {
    return new Scenario(
        answers, DEFAULT_MODELS, "0.33.0", Recording.ON, List.of(), true, 100, List.of());
  }

  public Scenario models(InstalledModel... installed) {
    return new Scenario(
        answers,
        List.of(installed),
        version,
        recording,
        allocated,
        tellsContext,
        gpuPercent,
        pulls);
  }

  public Scenario version(String text) {
    return new Scenario(
        answers, models, text, recording, allocated, tellsContext, gpuPercent, pulls);
  }

  public Scenario withoutRecording() {
    return new Scenario(
        answers, models, version, Recording.OFF, allocated, tellsContext, gpuPercent, pulls);
  }

  /**
   * Says that a model gets a context of so many tokens, whatever was asked for: the first number at
   * the first load, the next one at the next, the last one from then on.
   */
  public Scenario allocating(Integer... tokens) {
    List<Integer> loads = Arrays.asList(tokens);
    return new Scenario(
        answers, models, version, recording, loads, tellsContext, gpuPercent, pulls);
  }

  /** As an old server, which does not tell how much context a model has. */
  public Scenario hidingContext() {
    return new Scenario(answers, models, version, recording, allocated, false, gpuPercent, pulls);
  }

  public Scenario onGpu(int percent) {
    return new Scenario(
        answers, models, version, recording, allocated, tellsContext, percent, pulls);
  }

  /** The models that can be pulled; any other one is unknown to the registry. */
  public Scenario pulls(Pull... known) {
    List<Pull> list = List.of(known);
    return new Scenario(
        answers, models, version, recording, allocated, tellsContext, gpuPercent, list);
  }
}

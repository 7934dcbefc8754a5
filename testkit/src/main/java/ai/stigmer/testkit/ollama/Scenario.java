package ai.stigmer.testkit.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
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
 * @param allocated the context that {@code /api/ps} reports in tokens; empty means the one last
 *     asked for
 */
public record Scenario(
    Function<JsonNode, Optional<Answer>> answers,
    List<InstalledModel> models,
    String version,
    Recording recording,
    OptionalInt allocated) {

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
    return new Scenario(answers, DEFAULT_MODELS, "0.33.0", Recording.ON, OptionalInt.empty());
  }

  public Scenario models(InstalledModel... installed) {
    return new Scenario(answers, List.of(installed), version, recording, allocated);
  }

  public Scenario version(String text) {
    return new Scenario(answers, models, text, recording, allocated);
  }

  public Scenario withoutRecording() {
    return new Scenario(answers, models, version, Recording.OFF, allocated);
  }

  /** Says that running models got a context of so many tokens, whatever was asked for. */
  public Scenario allocating(int tokens) {
    return new Scenario(answers, models, version, recording, OptionalInt.of(tokens));
  }
}

package ai.stigmer.testkit.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * What the fake server offers and how it answers. Immutable, except that {@link #of} counts its
 * answers: use a scenario for one server.
 *
 * @param answers gives the answer to a request's body, or nothing when the scenario is over
 * @param models the offered models
 * @param key the only key that is accepted; empty accepts any
 * @param recording whether requests are kept and checked
 */
public record Scenario(
    Function<JsonNode, Optional<Answer>> answers,
    List<OfferedModel> models,
    Optional<String> key,
    Recording recording) {

  /** Whether requests are kept and checked. */
  public enum Recording {
    /** Every request is kept and checked. */
    ON,
    /** Nothing is kept or checked: for benchmarks. */
    OFF
  }

  private static final List<OfferedModel> DEFAULT_MODELS =
      List.of(
          OfferedModel.active("claude-fable-5-2"),
          OfferedModel.active("claude-opus-5-5"),
          OfferedModel.active("claude-sonnet-5-5"),
          OfferedModel.active("claude-haiku-5-5"),
          OfferedModel.active("claude-opus-5"),
          OfferedModel.active("claude-opus-4-8"),
          OfferedModel.active("claude-opus-4-6"),
          OfferedModel.active("claude-haiku-4-5"),
          OfferedModel.active("claude-sonnet-4-5-20250929")
              .retiring("deprecated", "2026-11-30T00:00:00Z"));

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
    return new Scenario(answers, DEFAULT_MODELS, Optional.empty(), Recording.ON);
  }

  public Scenario models(OfferedModel... offered) {
    return new Scenario(answers, List.of(offered), key, recording);
  }

  /** Accepts this key only. */
  public Scenario key(String only) {
    return new Scenario(answers, models, Optional.of(only), recording);
  }

  public Scenario withoutRecording() {
    return new Scenario(answers, models, key, Recording.OFF);
  }
}

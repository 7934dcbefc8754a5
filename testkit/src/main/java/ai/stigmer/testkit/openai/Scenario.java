package ai.stigmer.testkit.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Which models a fake server has and how it answers. Immutable, except that {@link #of} counts its
 * answers: use a scenario for one server.
 *
 * @param answers gives the answer to a request's body, or nothing when the scenario is over
 * @param models the ids of the models
 * @param key the key that every request must bring; empty means any or none will do
 */
public record Scenario(
    Function<JsonNode, Optional<Answer>> answers, List<String> models, Optional<String> key) {
  private static final List<String> DEFAULT_MODELS =
      List.of("gpt-6.1-sol", "gpt-6.1-terra", "gpt-5.6-sol", "gpt-5.1", "gpt-4.1", "local-model");

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
    return new Scenario(answers, DEFAULT_MODELS, Optional.empty());
  }

  public Scenario models(String... ids) {
    return new Scenario(answers, List.of(ids), key);
  }

  /** Every request must bring this key. */
  public Scenario requiring(String secret) {
    return new Scenario(answers, models, Optional.of(secret));
  }
}

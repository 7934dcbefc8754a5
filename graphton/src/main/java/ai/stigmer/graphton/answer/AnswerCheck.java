package ai.stigmer.graphton.answer;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * Says whether a final answer is one that the caller can use.
 *
 * <p>Thread contract: thread-safe, and the same for the same answer.
 */
@FunctionalInterface
public interface AnswerCheck {

  /** Takes every answer as it is. */
  AnswerCheck ANY = Verdict.Fits::new;

  Verdict check(String answer);

  /**
   * The JSON Schema that a model's provider is asked to hold the model to while it writes; empty
   * where that cannot be asked. What comes back is checked all the same.
   *
   * @param provider for example {@code anthropic}
   * @param model its full id
   * @return a {@link StrictSchema}, the same for the same model
   */
  default Optional<String> schemaFor(String provider, String model) {
    return Optional.empty();
  }

  /** What is to be said of an answer. */
  sealed interface Verdict {

    /**
     * It can be used.
     *
     * @param answer what the caller gets, for example without the words around it
     */
    record Fits(String answer) implements Verdict {
      public Fits {
        requireNonNull(answer, "answer is null");
      }
    }

    /**
     * It cannot.
     *
     * @param faults what is wrong, for the model and for people; at least one
     */
    record Unfit(List<String> faults) implements Verdict {
      public Unfit {
        faults = List.copyOf(faults);
        if (faults.isEmpty()) {
          throw new IllegalArgumentException("an answer without a fault fits");
        }
      }
    }
  }
}

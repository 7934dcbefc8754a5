package ai.stigmer.graphton.answer;

import static java.util.Objects.requireNonNull;

import java.util.List;

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

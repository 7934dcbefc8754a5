package ai.stigmer.testkit.loop;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * What happens in a generated run: the turns of the model, then its final answer.
 *
 * @param maxTurns the step limit of the agent
 */
record Play(List<PlayedTurn> turns, int maxTurns) {

  /**
   * A turn of the model.
   *
   * @param failsFirst whether the provider fails when this turn is first asked for
   */
  record PlayedTurn(List<PlayedCall> calls, boolean failsFirst) {}

  /**
   * A call.
   *
   * @param same calls of a tool with the same number have the same arguments
   */
  record PlayedCall(Kind kind, Behaviour behaviour, int same) {
    String arguments(String id) {
      return switch (kind) {
        case BAD_ARGUMENTS -> "not JSON " + same;
        default -> "{\"what\":\"" + (same < 2 ? "same " + same : id) + "\"}";
      };
    }
  }

  /** What a call is for the loop; the name is the tool's. */
  enum Kind {
    READ,
    IDEMPOTENT,
    UNSAFE,
    /** Unsafe, but the tool can find out afterwards what happened. */
    SETTLED,
    DENIED,
    MISSING,
    BAD_ARGUMENTS
  }

  /** What the tool's body does when it is started for the first time. */
  enum Behaviour {
    WORKS,
    FAILS,
    /** Works, and asks the whole run to stop. */
    CANCELS
  }

  static Arbitrary<Play> plays() {
    Arbitrary<Behaviour> behaviours =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.just(Behaviour.WORKS)),
            Tuple.of(2, Arbitraries.just(Behaviour.FAILS)),
            Tuple.of(1, Arbitraries.just(Behaviour.CANCELS)));
    Arbitrary<PlayedCall> calls =
        Combinators.combine(
                Arbitraries.of(Kind.class), behaviours, Arbitraries.integers().between(0, 4))
            .as(PlayedCall::new);
    Arbitrary<PlayedTurn> turns =
        Combinators.combine(
                calls.list().ofMinSize(1).ofMaxSize(4), Arbitraries.integers().between(0, 5))
            .as((list, dice) -> new PlayedTurn(list, dice == 0));
    return Combinators.combine(turns.list().ofMaxSize(5), Arbitraries.integers().between(2, 8))
        .as(Play::new);
  }
}

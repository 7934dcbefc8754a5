package ai.stigmer.testkit.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What an agent does in a simulated run, drawn from a seed: the turns of its model, then its final
 * answer.
 *
 * @param maxTurns the limit of the agent, 2 to 9
 * @param patient whether failed calls of the model are made again
 * @param fallback whether another model stands in
 * @param narrow whether the model's context window is too small for the whole conversation
 */
record SimulatedPlay(
    List<Turn> turns, int maxTurns, boolean patient, boolean fallback, boolean narrow) {
  SimulatedPlay {
    turns = List.copyOf(turns);
  }

  /**
   * A turn of the model.
   *
   * @param failures how often the provider fails before it answers
   */
  record Turn(List<Call> calls, int failures) {}

  /**
   * A call.
   *
   * @param same calls of a tool with the same number below 2 have the same arguments
   */
  record Call(Kind kind, Behaviour behaviour, int same) {
    String arguments(String id) {
      return kind == Kind.INVALID
          ? "not JSON " + same
          : "{\"what\":\"" + (same < 2 ? "same " + same : id) + "\"}";
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
    INVALID;

    String tool() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What the tool's body does. */
  enum Behaviour {
    WORKS,
    FAILS,
    /** Works, and the first time asks the whole run to stop. */
    CANCELS,
    /** Works, and meanwhile the user says something to the run, unless it was said before. */
    STEERS
  }

  private static final Kind[] DICE = {
    Kind.READ, Kind.READ, Kind.READ, Kind.READ, Kind.IDEMPOTENT, Kind.IDEMPOTENT, Kind.UNSAFE,
    Kind.UNSAFE, Kind.UNSAFE, Kind.SETTLED, Kind.SETTLED, Kind.DENIED, Kind.MISSING, Kind.INVALID
  };

  /** What a model that goes in circles calls again and again. */
  private static final Call STUBBORN = new Call(Kind.IDEMPOTENT, Behaviour.WORKS, 0);

  static SimulatedPlay draw(SplittableRandom random) {
    var turns = new ArrayList<Turn>();
    int count = random.nextInt(6);
    boolean stubborn = random.nextInt(8) == 0;
    for (int turn = 0; turn < count; turn++) {
      var calls = new ArrayList<Call>();
      int size = 1 + random.nextInt(4);
      for (int place = 0; place < size; place++) {
        calls.add(stubborn && random.nextInt(3) > 0 ? STUBBORN : call(random));
      }
      turns.add(new Turn(calls, random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0));
    }
    return new SimulatedPlay(
        turns,
        2 + random.nextInt(8),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextInt(3) == 0);
  }

  private static Call call(SplittableRandom random) {
    int dice = random.nextInt(10);
    Kind kind = DICE[random.nextInt(DICE.length)];
    return new Call(kind, behaviour(dice, kind), random.nextInt(6));
  }

  /** What is said during a call that is never repeated could be lost with it. */
  private static Behaviour behaviour(int dice, Kind kind) {
    boolean repeated = kind == Kind.READ || kind == Kind.IDEMPOTENT;
    return switch (dice) {
      case 0 -> Behaviour.CANCELS;
      case 1, 2 -> Behaviour.FAILS;
      case 3 -> repeated ? Behaviour.STEERS : Behaviour.WORKS;
      default -> Behaviour.WORKS;
    };
  }

  /** The call of an id {@code cTURN-PLACE}. */
  Call call(String id) {
    String[] turnAndPlace = id.substring(id.lastIndexOf('c') + 1).split("-", -1);
    return turns
        .get(Integer.parseInt(turnAndPlace[0]))
        .calls()
        .get(Integer.parseInt(turnAndPlace[1]));
  }
}

package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.budget.Budget;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What an agent does in a simulated run, drawn from a seed: the turns of its model, then its final
 * answer.
 *
 * @param maxTurns the limit of the agent, 2 to 9
 * @param patient whether failed calls of the model are made again
 * @param fallback whether another model stands in
 * @param narrow whether the model's context window is too small for the whole conversation
 * @param asksUnknown whether somebody is asked what became of a call whose outcome was lost
 * @param unfit how many final answers cannot be used before one can, at most 1
 * @param budget what the whole tree may spend
 */
record SimulatedPlay(
    List<Turn> turns,
    int maxTurns,
    boolean patient,
    boolean fallback,
    boolean narrow,
    boolean asksUnknown,
    int unfit,
    Budget budget) {
  /** A final answer that can be used. */
  static final String ANSWER = "the end";

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
   * @param word what somebody decides when they are asked
   * @param task what the sub-agent does that is handed a task
   */
  record Call(Kind kind, Behaviour behaviour, int same, Word word, Optional<SimulatedPlay> task) {
    String arguments(String id) {
      return switch (kind) {
        case INVALID -> "not JSON " + same;
        case TASK -> "{\"description\":\"do " + id + "\",\"subagent_type\":\"" + id + "\"}";
        default -> "{\"what\":\"" + what(id) + "\"}";
      };
    }

    private String what(String id) {
      return same < 2 ? "same " + same : id;
    }

    /** The arguments in the place of the model's. */
    String edited(String id) {
      return "{\"what\":\"" + editedWhat(id) + "\"}";
    }

    /** What the tool is to be called with. */
    String served(String id) {
      return kind == Kind.ASKED && word == Word.EDITED ? editedWhat(id) : what(id);
    }

    private static String editedWhat(String id) {
      return "rather " + id;
    }
  }

  /** What a call is for the loop; the name is the tool's. */
  enum Kind {
    READ,
    IDEMPOTENT,
    UNSAFE,
    /** Unsafe, but the tool can find out afterwards what happened. */
    SETTLED,
    /** Unsafe, and runs only with somebody's word. */
    ASKED,
    DENIED,
    MISSING,
    INVALID,
    /** Hands a task to a sub-agent. */
    TASK;

    String tool() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Whether its outcome can be lost with a process. */
    boolean canBeUnknown() {
      return this == UNSAFE || this == ASKED;
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

  /** What somebody decides about a call. */
  enum Word {
    APPROVED,
    EDITED,
    DENIED,
    /** Approved, and every later one as well. */
    REMEMBERED
  }

  private static final Kind[] DICE = {
    Kind.READ, Kind.READ, Kind.READ, Kind.READ, Kind.IDEMPOTENT, Kind.IDEMPOTENT, Kind.UNSAFE,
    Kind.UNSAFE, Kind.UNSAFE, Kind.SETTLED, Kind.SETTLED, Kind.ASKED, Kind.ASKED, Kind.DENIED,
    Kind.MISSING, Kind.INVALID
  };

  /** What a model that goes in circles calls again and again. */
  private static final Call STUBBORN =
      new Call(Kind.IDEMPOTENT, Behaviour.WORKS, 0, Word.APPROVED, Optional.empty());

  static SimulatedPlay draw(SplittableRandom random) {
    boolean delegates = random.nextInt(4) == 0;
    boolean trusting = random.nextInt(6) == 0;
    var turns = new ArrayList<Turn>();
    int count = random.nextInt(delegates ? 4 : 6);
    boolean stubborn = random.nextInt(8) == 0;
    for (int turn = 0; turn < count; turn++) {
      var calls = new ArrayList<Call>();
      int size = 1 + random.nextInt(4);
      for (int place = 0; place < size; place++) {
        calls.add(
            delegates && random.nextInt(2) == 0
                ? task(random, trusting)
                : stubborn && random.nextInt(3) > 0 ? STUBBORN : call(random, trusting));
      }
      turns.add(new Turn(calls, random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0));
    }
    return new SimulatedPlay(
        turns,
        2 + random.nextInt(8),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextInt(3) == 0,
        random.nextInt(3) == 0,
        random.nextInt(4) == 0 ? 1 : 0,
        budget(random));
  }

  private static Budget budget(SplittableRandom random) {
    return switch (random.nextInt(10)) {
      case 0, 1 -> Budget.UNLIMITED.withModelCalls(1 + random.nextInt(8));
      case 2 -> Budget.UNLIMITED.withToolCalls(1 + random.nextInt(8));
      default -> Budget.UNLIMITED;
    };
  }

  /** A sub-agent's failure would be told to its parent for good, so its provider never fails. */
  private static Call task(SplittableRandom random, boolean trusting) {
    var turns = new ArrayList<Turn>();
    int count = random.nextInt(4);
    for (int turn = 0; turn < count; turn++) {
      var calls = new ArrayList<Call>();
      int size = 1 + random.nextInt(3);
      for (int place = 0; place < size; place++) {
        calls.add(call(random, trusting));
      }
      turns.add(new Turn(calls, 0));
    }
    int maxTurns = 2 + random.nextInt(4);
    var play = new SimulatedPlay(turns, maxTurns, false, false, false, false, 0, Budget.UNLIMITED);
    return new Call(Kind.TASK, Behaviour.WORKS, 2, Word.APPROVED, Optional.of(play));
  }

  private static Call call(SplittableRandom random, boolean trusting) {
    int dice = random.nextInt(10);
    Kind kind = DICE[random.nextInt(DICE.length)];
    Word word = trusting ? Word.REMEMBERED : Word.values()[random.nextInt(3)];
    return new Call(kind, behaviour(dice, kind), random.nextInt(6), word, Optional.empty());
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

  /** Whether anything of the tree may be spent only so often. */
  boolean isLimited() {
    return budget.modelCalls().isPresent() || budget.toolCalls().isPresent();
  }

  boolean delegates() {
    return turns.stream()
        .flatMap(turn -> turn.calls().stream())
        .anyMatch(call -> call.kind() == Kind.TASK);
  }

  /**
   * The final answer of a turn, the first one being the one behind those that call tools.
   *
   * @param turn from 0
   */
  String answer(int turn) {
    return turn - turns.size() < unfit ? "unfit " + turn : ANSWER;
  }

  /** The call of an id {@code cTURN-PLACE}, whatever stands before it. */
  Call call(String id) {
    String[] turnAndPlace = id.substring(id.lastIndexOf('c') + 1).split("-", -1);
    return turns
        .get(Integer.parseInt(turnAndPlace[0]))
        .calls()
        .get(Integer.parseInt(turnAndPlace[1]));
  }
}

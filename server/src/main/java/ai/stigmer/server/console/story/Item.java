package ai.stigmer.server.console.story;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.message.ToolResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One thing in the story of a run. */
public sealed interface Item {

  /** Unique in its run, and the same each time that the run is read. */
  String id();

  /** The journal entry that it comes from. */
  long seq();

  Instant time();

  /** The user said something. */
  record Said(String id, long seq, Instant time, Passage text) implements Item {}

  /** The model said something. */
  record Answer(String id, long seq, Instant time, String model, Passage thinking, Passage text)
      implements Item {}

  /**
   * A tool was called.
   *
   * @param gist its first argument in a line
   * @param isEdited whether somebody put these arguments in the place of the model's
   * @param outcome the journal entry with all of its output; 0 while it is under way
   * @param took from the call to its outcome; empty while it is under way
   */
  record Call(
      String id,
      long seq,
      Instant time,
      String name,
      String gist,
      Passage input,
      boolean isEdited,
      State state,
      Passage output,
      long outcome,
      Optional<Duration> took,
      Optional<Asked> asked,
      Optional<Nested> child)
      implements Item {
    public Call {
      requireNonNull(state, "state is null");
    }

    Call ended(State other, Passage result, long entry, Duration duration) {
      return new Call(
          id,
          seq,
          time,
          name,
          gist,
          input,
          isEdited,
          other,
          result,
          entry,
          Optional.of(duration),
          asked,
          child);
    }

    Call begun(Instant now, Passage arguments, String ofArguments, boolean edited) {
      return new Call(
          id,
          seq,
          now,
          name,
          ofArguments,
          arguments,
          edited,
          state,
          output,
          outcome,
          took,
          asked,
          child);
    }

    Call with(Asked question) {
      State now = question.decided().isEmpty() ? State.WAITING : State.RUNNING;
      return new Call(
          id,
          seq,
          time,
          name,
          gist,
          input,
          isEdited,
          now,
          output,
          outcome,
          took,
          Optional.of(question),
          child);
    }

    /** The same with its sub-agent. */
    public Call with(Nested run) {
      return new Call(
          id,
          seq,
          time,
          name,
          gist,
          input,
          isEdited,
          state,
          output,
          outcome,
          took,
          asked,
          Optional.of(run));
    }
  }

  /** How a call stands. */
  enum State {
    RUNNING("running", "▶"),
    WAITING("needs approval", "!"),
    OK("ok", "✓"),
    ERROR("error", "✗"),
    DENIED("denied", "⊘"),
    UNKNOWN("outcome unknown", "?"),
    NOT_RUN("not run", "–");

    private final String words;
    private final String mark;

    State(String words, String mark) {
      this.words = words;
      this.mark = mark;
    }

    public String words() {
      return words;
    }

    public String mark() {
      return mark;
    }

    static State of(ToolResult.Status status) {
      return switch (status) {
        case OK -> OK;
        case ERROR -> ERROR;
        case DENIED -> DENIED;
        case UNKNOWN -> UNKNOWN;
        case NOT_RUN -> NOT_RUN;
      };
    }
  }

  /**
   * Somebody was asked about a call.
   *
   * @param approval the request's id
   * @param decided what was decided, and by whom
   */
  record Asked(String approval, String why, Optional<String> decided) {}

  /**
   * The run of a sub-agent.
   *
   * @param run its id
   * @param end how it ended; empty while it is under way
   * @param items the newest of them; empty until somebody has read them
   * @param omitted how many stand before these
   */
  record Nested(String run, String agent, Optional<String> end, List<Item> items, int omitted) {
    public Nested {
      items = List.copyOf(items);
    }

    /** Another one when there is something else to see. */
    public String fingerprint() {
      return Integer.toHexString(hashCode());
    }
  }

  /**
   * Something else that is worth a line.
   *
   * @param href where it leads; empty for nowhere
   */
  record Note(String id, long seq, Instant time, String text, String href) implements Item {}

  /** The run ended. */
  record End(String id, long seq, Instant time, String words, Passage text) implements Item {}

  /** A todo of the agent's. */
  record Todo(String text, String state) {
    public String mark() {
      return switch (state) {
        case "completed" -> "✓";
        case "in_progress" -> "▶";
        case "cancelled" -> "–";
        default -> "○";
      };
    }

    public String words() {
      return state.replace('_', ' ');
    }
  }
}

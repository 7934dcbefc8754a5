package ai.stigmer.testkit.ollama;

import ai.stigmer.testkit.http.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One answer of the fake server to {@code POST /api/chat}. Immutable; every method gives a changed
 * copy.
 *
 * @param status the HTTP status; anything but 200 sends {@code error} as the body
 * @param error the text of {@code {"error": …}}; with status 200 it is a line at the stream's end,
 *     in place of the terminal line
 * @param parts what is said, in order, one line each
 * @param promptTokens {@code prompt_eval_count}; below 0 it is left out, as some servers do
 * @param outputTokens {@code eval_count}
 * @param doneReason {@code done_reason}
 * @param loadTime {@code load_duration}
 * @param faults what goes wrong on the way
 */
public record Answer(
    int status,
    Optional<String> error,
    List<Part> parts,
    int promptTokens,
    int outputTokens,
    String doneReason,
    Duration loadTime,
    List<Fault> faults) {

  private static final Duration WARM = Duration.ofMillis(100);

  /** One line of the stream. */
  public sealed interface Part {
    record Text(String text) implements Part {}

    record Thinking(String text) implements Part {}

    /** Calls that arrive in one line. */
    record Calls(List<Call> calls) implements Part {
      public Calls {
        calls = List.copyOf(calls);
      }
    }

    /** A line sent as it is, for example one that is no JSON. */
    record Raw(String line) implements Part {}
  }

  /**
   * A tool call.
   *
   * @param id the call's id, where the server gives one
   * @param index the call's index, where the server gives one
   * @param arguments JSON; text that is no JSON is sent as a JSON string
   */
  public record Call(Optional<String> id, OptionalInt index, String name, String arguments) {

    /** A call with an id and an index. */
    public static Call of(String id, int index, String name, String arguments) {
      return new Call(Optional.of(id), OptionalInt.of(index), name, arguments);
    }

    /** A call as older servers send it: without id and index. */
    public static Call bare(String name, String arguments) {
      return new Call(Optional.empty(), OptionalInt.empty(), name, arguments);
    }
  }

  public Answer {
    parts = List.copyOf(parts);
    faults = List.copyOf(faults);
  }

  /** An answer that says nothing yet. */
  public static Answer empty() {
    return new Answer(200, Optional.empty(), List.of(), 100, 10, "stop", WARM, List.of());
  }

  /** An answer of text only, one line per chunk. */
  public static Answer text(String... chunks) {
    return empty().andText(chunks);
  }

  /** An answer that calls one tool, without an id. */
  public static Answer call(String name, String arguments) {
    return empty().andCalls(Call.bare(name, arguments));
  }

  /** A refusal by status and error text. */
  public static Answer error(int status, String error) {
    return new Answer(status, Optional.of(error), List.of(), 0, 0, "", WARM, List.of());
  }

  public Answer andText(String... chunks) {
    Answer answer = this;
    for (String chunk : chunks) {
      answer = answer.and(new Part.Text(chunk));
    }
    return answer;
  }

  public Answer andThinking(String... chunks) {
    Answer answer = this;
    for (String chunk : chunks) {
      answer = answer.and(new Part.Thinking(chunk));
    }
    return answer;
  }

  public Answer andCalls(Call... calls) {
    return and(new Part.Calls(List.of(calls)));
  }

  public Answer and(Part part) {
    List<Part> more = new ArrayList<>(parts);
    more.add(part);
    return new Answer(
        status, error, more, promptTokens, outputTokens, doneReason, loadTime, faults);
  }

  /** Ends with an error line under status 200, in place of the terminal line. */
  public Answer andErrorLine(String text) {
    return new Answer(
        status, Optional.of(text), parts, promptTokens, outputTokens, doneReason, loadTime, faults);
  }

  public Answer tokens(int prompt, int output) {
    return new Answer(status, error, parts, prompt, output, doneReason, loadTime, faults);
  }

  public Answer doneReason(String reason) {
    return new Answer(status, error, parts, promptTokens, outputTokens, reason, loadTime, faults);
  }

  /** Says that the model had to be loaded for this answer. */
  public Answer loading(Duration time) {
    return new Answer(status, error, parts, promptTokens, outputTokens, doneReason, time, faults);
  }

  public Answer with(Fault fault) {
    List<Fault> more = new ArrayList<>(faults);
    more.add(fault);
    return new Answer(status, error, parts, promptTokens, outputTokens, doneReason, loadTime, more);
  }

  /** Waits before the status line. */
  public Answer after(Duration latency) {
    return with(new Fault.Delay(latency));
  }
}

package ai.stigmer.testkit.openai;

import ai.stigmer.testkit.http.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One answer of a fake server, the same for both APIs. Immutable; every method gives a changed
 * copy.
 *
 * @param status the HTTP status; anything but 200 sends {@code error} as the body
 * @param headers further headers of the response
 * @param error the body of a refusal; with status 200 an error event in place of the stream's end
 * @param parts what is said, in order
 * @param usage the counted tokens, where the server tells them
 * @param end how the answer ends
 * @param faults what goes wrong on the way
 */
public record Answer(
    int status,
    Map<String, String> headers,
    Optional<String> error,
    List<Part> parts,
    Optional<Counted> usage,
    End end,
    List<Fault> faults) {

  /** One thing that is said. */
  public sealed interface Part {
    record Text(String text) implements Part {}

    /** A piece of a reasoning summary, or of {@code reasoning_content}. */
    record Thinking(String text) implements Part {}

    record Refusal(String text) implements Part {}

    /**
     * A tool call.
     *
     * @param id the call's id; empty where the server gives none
     * @param pieces in how many pieces the arguments arrive
     */
    record Call(Optional<String> id, String name, String arguments, int pieces) implements Part {}

    /** Text that is put into the stream as it is, with its line feeds. */
    record Raw(String text) implements Part {}
  }

  /**
   * Tokens as OpenAI counts them.
   *
   * @param input all prompt tokens, the cached ones included
   * @param cached those read from the cache
   * @param output all generated tokens, reasoning included
   * @param reasoning those spent on reasoning
   */
  public record Counted(int input, int cached, int output, int reasoning) {}

  /** How an answer ends. */
  public enum End {
    /** As it should: the model is done or waits for tools. */
    COMPLETE,
    /** The output limit was reached. */
    LENGTH,
    /** A filter stopped the answer. */
    FILTERED,
    /** The model failed within the answer; {@link Answer#error} says how. */
    FAILED,
    /** As {@link #COMPLETE}, but the server says {@code stop} where it should say tool calls. */
    PLAIN_STOP,
    /** As {@link #COMPLETE}, but the connection is closed without {@code [DONE]}. */
    WITHOUT_DONE
  }

  public Answer {
    headers = Map.copyOf(headers);
    parts = List.copyOf(parts);
    faults = List.copyOf(faults);
  }

  /** An answer that says nothing yet. */
  public static Answer empty() {
    return new Answer(
        200,
        Map.of("x-request-id", "req_fake"),
        Optional.empty(),
        List.of(),
        Optional.of(new Counted(100, 0, 10, 0)),
        End.COMPLETE,
        List.of());
  }

  /** An answer of text only, one delta per chunk. */
  public static Answer text(String... chunks) {
    return empty().andText(chunks);
  }

  /** A refusal by status with a body in OpenAI's form. */
  public static Answer refusal(int status, String type, String code, String message) {
    return body(status, Errors.body(message, type, Optional.empty(), Optional.of(code)));
  }

  /** A refusal by status with any body. */
  public static Answer body(int status, String body) {
    Answer empty = empty();
    return new Answer(
        status,
        empty.headers,
        Optional.of(body),
        List.of(),
        Optional.empty(),
        End.COMPLETE,
        List.of());
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

  /** A call whose arguments arrive in two pieces. */
  public Answer andCall(String id, String name, String arguments) {
    return and(new Part.Call(Optional.of(id), name, arguments, 2));
  }

  public Answer and(Part part) {
    List<Part> more = new ArrayList<>(parts);
    more.add(part);
    return new Answer(status, headers, error, more, usage, end, faults);
  }

  public Answer header(String name, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(name, value);
    return new Answer(status, more, error, parts, usage, end, faults);
  }

  public Answer tokens(int input, int cached, int output, int reasoning) {
    Counted counted = new Counted(input, cached, output, reasoning);
    return new Answer(status, headers, error, parts, Optional.of(counted), end, faults);
  }

  public Answer withoutUsage() {
    return new Answer(status, headers, error, parts, Optional.empty(), end, faults);
  }

  public Answer ending(End how) {
    return new Answer(status, headers, error, parts, usage, how, faults);
  }

  /** Ends within status 200 by an error in OpenAI's form. */
  public Answer failing(String code, String message) {
    String body = Errors.body(message, "server_error", Optional.empty(), Optional.of(code));
    return new Answer(status, headers, Optional.of(body), parts, usage, End.FAILED, faults);
  }

  public Answer with(Fault fault) {
    List<Fault> more = new ArrayList<>(faults);
    more.add(fault);
    return new Answer(status, headers, error, parts, usage, end, more);
  }

  /** Waits before the status line. */
  public Answer after(Duration latency) {
    return with(new Fault.Delay(latency));
  }
}

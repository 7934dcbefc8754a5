package ai.stigmer.testkit.anthropic;

import ai.stigmer.testkit.http.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One answer of the fake server to {@code POST /v1/messages}. Immutable; every method gives a
 * changed copy.
 *
 * @param status the HTTP status; anything but 200 sends {@code body} as a whole response
 * @param body the whole body; with status 200 a stream that is sent as it is, in place of {@code
 *     parts}
 * @param headers further headers of the response, by name
 * @param parts what is said, in order
 * @param usage the counts of the first and of the last usage report
 * @param stopReason {@code stop_reason}; empty sends null
 * @param faults what goes wrong on the way
 */
public record Answer(
    int status,
    Optional<String> body,
    Map<String, String> headers,
    List<Part> parts,
    Counts usage,
    Optional<String> stopReason,
    List<Fault> faults) {

  /** One part of the stream. */
  public sealed interface Part {

    /** A text block, one delta per chunk. */
    record Text(List<String> chunks) implements Part {
      public Text {
        chunks = List.copyOf(chunks);
      }
    }

    /** A thinking block, one delta per chunk, signed by the server. Without chunks it is empty. */
    record Thinking(List<String> chunks) implements Part {
      public Thinking {
        chunks = List.copyOf(chunks);
      }
    }

    /** A redacted thinking block. */
    record Redacted(String data) implements Part {}

    /** A tool call whose input arrives in these pieces. */
    record ToolUse(String id, String name, List<String> pieces) implements Part {
      public ToolUse {
        pieces = List.copyOf(pieces);
      }
    }

    /**
     * A block of any kind.
     *
     * @param block the block as it starts, in JSON
     * @param deltas its deltas, each in JSON
     */
    record Block(String block, List<String> deltas) implements Part {
      public Block {
        deltas = List.copyOf(deltas);
      }
    }

    /** An event that belongs to no block. */
    record Event(String name, String data) implements Part {}

    /** Bytes sent as they are; what follows is sent as usual. */
    record Raw(String text) implements Part {}

    /** An {@code error} event; nothing follows it. */
    record Failure(ApiError error) implements Part {}
  }

  /**
   * Token counts.
   *
   * @param input uncached prompt tokens
   * @param cacheRead prompt tokens read from the cache
   * @param cacheWrite prompt tokens written to the cache
   * @param output generated tokens, as the last report gives them
   * @param thinking the part of {@code output} that was thinking
   */
  public record Counts(long input, long cacheRead, long cacheWrite, long output, long thinking) {}

  public Answer {
    headers = Map.copyOf(headers);
    parts = List.copyOf(parts);
    faults = List.copyOf(faults);
  }

  /** An answer that says nothing yet. */
  public static Answer empty() {
    return new Answer(
        200,
        Optional.empty(),
        Map.of(),
        List.of(),
        new Counts(100, 0, 0, 10, 0),
        Optional.of("end_turn"),
        List.of());
  }

  /** An answer of one text block. */
  public static Answer text(String... chunks) {
    return empty().andText(chunks);
  }

  /** A stream that was recorded, sent byte by byte as it is. */
  public static Answer recorded(String stream) {
    return raw(200, stream);
  }

  /** A refusal in the API's own form. */
  public static Answer error(int status, String message) {
    return raw(status, ApiError.of(status, message).json());
  }

  /** A refusal with any body. */
  public static Answer raw(int status, String body) {
    return new Answer(
        status,
        Optional.of(body),
        Map.of(),
        List.of(),
        new Counts(0, 0, 0, 0, 0),
        Optional.empty(),
        List.of());
  }

  public Answer andText(String... chunks) {
    return and(new Part.Text(List.of(chunks)));
  }

  public Answer andThinking(String... chunks) {
    return and(new Part.Thinking(List.of(chunks)));
  }

  /** A further tool call; the answer then stops for {@code tool_use}. */
  public Answer andToolUse(String id, String name, String... pieces) {
    return and(new Part.ToolUse(id, name, List.of(pieces))).stop("tool_use");
  }

  public Answer and(Part part) {
    List<Part> more = new ArrayList<>(parts);
    more.add(part);
    return new Answer(status, body, headers, more, usage, stopReason, faults);
  }

  public Answer stop(String reason) {
    return new Answer(status, body, headers, parts, usage, Optional.of(reason), faults);
  }

  public Answer usage(Counts counts) {
    return new Answer(status, body, headers, parts, counts, stopReason, faults);
  }

  public Answer header(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, body, more, parts, usage, stopReason, faults);
  }

  public Answer with(Fault fault) {
    List<Fault> more = new ArrayList<>(faults);
    more.add(fault);
    return new Answer(status, body, headers, parts, usage, stopReason, more);
  }

  /** Waits before the status line. */
  public Answer after(Duration latency) {
    return with(new Fault.Delay(latency));
  }
}

package ai.stigmer.models.scripted;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.message.ToolResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A written play: what the model says, turn by turn, and what it expects of the tools in between.
 *
 * @param name for messages: the file, or what a test calls it
 */
public record Scenario(String name, List<Turn> turns) {

  public Scenario {
    requireNonNull(name, "name is null");
    turns = List.copyOf(turns);
  }

  /**
   * One answer of the model.
   *
   * @param expectations on the tool results just before it, in their order; fewer than results is
   *     fine
   * @param text empty when it says nothing
   * @param thinking empty when it shows none
   * @param delay waited before the answer, for demonstrations
   */
  public record Turn(
      List<Expectation> expectations,
      String text,
      String thinking,
      List<ScriptedCall> calls,
      Duration delay) {

    public Turn {
      expectations = List.copyOf(expectations);
      requireNonNull(text, "text is null");
      requireNonNull(thinking, "thinking is null");
      calls = List.copyOf(calls);
      requireNonNull(delay, "delay is null");
    }

    /** A turn that only says something. */
    public static Turn says(String text) {
      return new Turn(List.of(), text, "", List.of(), Duration.ZERO);
    }

    /** A turn that calls one tool, with its arguments as JSON. */
    public static Turn calls(String tool, String arguments) {
      return new Turn(List.of(), "", "", List.of(new ScriptedCall(tool, arguments)), Duration.ZERO);
    }

    /** The same turn with one more call. */
    public Turn and(String tool, String arguments) {
      var more = new ArrayList<>(calls);
      more.add(new ScriptedCall(tool, arguments));
      return new Turn(expectations, text, thinking, more, delay);
    }

    /** The same turn, expecting the last tool results to contain these texts, in order. */
    public Turn expecting(String... contained) {
      return new Turn(
          Arrays.stream(contained)
              .map(part -> new Expectation(Optional.of(part), Optional.empty()))
              .toList(),
          text,
          thinking,
          calls,
          delay);
    }
  }

  /** A call; its id is made from its place in the play. */
  public record ScriptedCall(String tool, String arguments) {}

  /** What a tool result must contain, and how the call must have ended. */
  public record Expectation(Optional<String> contains, Optional<ToolResult.Status> status) {}

  public static Scenario of(Turn... turns) {
    return new Scenario("scenario", List.of(turns));
  }

  /**
   * Reads a scenario file, in YAML.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E603} naming file and line
   */
  public static Scenario read(Path file) {
    return ScenarioFile.read(file);
  }
}

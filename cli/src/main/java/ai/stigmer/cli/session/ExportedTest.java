package ai.stigmer.cli.session;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry.RunStarted;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A recorded run as the source of a JUnit test: a scripted model says what was said, and expects of
 * each tool the result that it had. Nothing of the environment goes into it, so no key, no endpoint
 * and no folder.
 */
public final class ExportedTest {
  /** Longer results are compared by their beginning. */
  private static final int COMPARED = 16_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String runId;
  private final RunStarted started;
  private final List<Message> messages;
  private final RunEnd end;

  private ExportedTest(String runId, RunStarted started, List<Message> messages, RunEnd end) {
    this.runId = runId;
    this.started = started;
    this.messages = messages;
    this.end = end;
  }

  /**
   * The source of the test.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E542} when the run is not one that a
   *     test can expect: it did not come to an end by itself, or the user spoke more than once
   */
  public static String of(String runId, List<Recorded> entries) {
    var transcript = ai.stigmer.graphton.loop.Transcript.of(entries);
    long asked = transcript.messages().stream().filter(Message.User.class::isInstance).count();
    RunEnd end = transcript.end().orElse(null);
    if (entries.isEmpty()
        || !(entries.getFirst().entry() instanceof RunStarted started)
        || asked != 1
        || transcript.turns() == 0) {
      throw unfit(runId, "it has " + asked + " messages of the user");
    }
    if (!(end instanceof RunEnd.Completed || end instanceof RunEnd.Stopped)) {
      throw unfit(runId, "it did not come to an end by itself");
    }
    return new ExportedTest(runId, started, transcript.messages(), end).source();
  }

  private static RuntimeException unfit(String runId, String why) {
    return Problem.of(
            "E542", Problem.Category.USAGE, "run " + runId + " cannot be exported as a test")
        .from(why)
        .help("export a run with one message that completed or reached a limit")
        .asException();
  }

  private String source() {
    return TEMPLATE
        .replace("$RUN", runId)
        .replace("$CLASS", "Run" + runId.replaceAll("[^A-Za-z0-9]", "_") + "Test")
        .replace("$LIMIT", Integer.toString(turns()))
        .replace("$END", end instanceof RunEnd.Completed ? "Completed" : "Stopped")
        .replace("$AGENT", JavaText.of(started.agent()))
        .replace("$SYSTEM", JavaText.of(started.system()))
        .replace("$INPUT", JavaText.of(started.input()))
        .replace("$TEXT", JavaText.of(end.text()))
        .replace("$TURNS", scenario())
        .replace("$TOOLS", tools());
  }

  /** A run that was stopped at its limit of turns is stopped there again; others have room. */
  private int turns() {
    int turns = (int) messages.stream().filter(Message.Assistant.class::isInstance).count();
    boolean limited = end instanceof RunEnd.Stopped(var limit, _, _) && limit == RunEnd.Limit.TURNS;
    return limited ? turns : turns + 1;
  }

  private String scenario() {
    var turns = new ArrayList<String>();
    var results = new ArrayList<String>();
    for (Message message : messages) {
      switch (message) {
        case Message.User _ -> {}
        case Message.ToolAnswer answer -> results.add(expected(answer));
        case Message.Assistant assistant -> {
          turns.add(turn(assistant.turn(), results));
          results.clear();
        }
      }
    }
    return String.join(",\n", turns);
  }

  /** What the loop says of arguments that are no JSON is its own affair. */
  private static String expected(Message.ToolAnswer answer) {
    String text = isObject(answer.call()) ? beginning(answer.result().text()) : "";
    return "\n                result(\"%s\", %s)"
        .formatted(answer.result().status(), JavaText.of(text));
  }

  private static boolean isObject(ToolCall call) {
    return tree(call).isObject();
  }

  private static JsonNode tree(ToolCall call) {
    try {
      return JSON.readTree(call.arguments());
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }

  private static String turn(ModelTurn turn, List<String> before) {
    String calls =
        turn.calls().stream()
            .map(
                call ->
                    ",\n            new ScriptedCall(%s, %s)"
                        .formatted(JavaText.of(call.name()), JavaText.of(call.arguments())))
            .collect(Collectors.joining());
    return "        turn(\n            List.of("
        + String.join(",", before)
        + "),\n            "
        + JavaText.of(turn.text())
        + calls
        + ")";
  }

  private static String beginning(String text) {
    if (text.length() <= COMPARED) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(COMPARED - 1)) ? COMPARED - 1 : COMPARED;
    return text.substring(0, end);
  }

  private String tools() {
    var answers = new TreeMap<String, List<String>>();
    var arguments = new TreeMap<String, ObjectNode>();
    for (Message message : messages) {
      if (message instanceof Message.ToolAnswer(ToolCall call, ToolResult result)
          && isObject(call)) {
        answers
            .computeIfAbsent(call.name(), name -> new ArrayList<>())
            .add(
                "\n            answer(\"%s\", %s)"
                    .formatted(result.status(), JavaText.of(result.text())));
        ObjectNode known = arguments.computeIfAbsent(call.name(), name -> JSON.createObjectNode());
        tree(call).fieldNames().forEachRemaining(known::putObject);
      }
    }
    var tools = new ArrayList<String>();
    answers.forEach(
        (name, list) ->
            tools.add(
                "        recorded(\n            %s, %s,%s)"
                    .formatted(
                        JavaText.of(name),
                        JavaText.of(schema(arguments.get(name))),
                        String.join(",", list))));
    return tools.isEmpty() ? "" : "\n" + String.join(",\n", tools);
  }

  /** Any arguments of these names; what the real schema was is the real tool's affair. */
  private static String schema(@Nullable ObjectNode arguments) {
    ObjectNode schema = JSON.createObjectNode().put("type", "object");
    schema.set("properties", arguments);
    return schema.toString();
  }

  private static final String TEMPLATE =
      """
      import static org.junit.jupiter.api.Assertions.assertEquals;
      import static org.junit.jupiter.api.Assertions.assertInstanceOf;

      import ai.stigmer.graphton.Agent;
      import ai.stigmer.graphton.Graphton;
      import ai.stigmer.graphton.event.RunEnd;
      import ai.stigmer.graphton.event.RunResult;
      import ai.stigmer.graphton.message.ToolResult;
      import ai.stigmer.graphton.model.ToolSpec;
      import ai.stigmer.graphton.tool.EffectClass;
      import ai.stigmer.graphton.tool.Tool;
      import ai.stigmer.graphton.tool.ToolArguments;
      import ai.stigmer.graphton.tool.ToolContext;
      import ai.stigmer.models.scripted.Scenario;
      import ai.stigmer.models.scripted.Scenario.Expectation;
      import ai.stigmer.models.scripted.Scenario.ScriptedCall;
      import ai.stigmer.models.scripted.ScriptedModel;
      import java.time.Duration;
      import java.util.ArrayList;
      import java.util.List;
      import java.util.Optional;
      import org.junit.jupiter.api.Test;

      /** Run $RUN as it was recorded; made by stigmer export-test. */
      class $CLASS {

        @Test
        void theRunGoesAsItWasRecorded() {
          RunResult result =
              Graphton.with(ScriptedModel.of(scenario())).run(agent(), $INPUT);
          assertInstanceOf(RunEnd.$END.class, result.end(), () -> result.end().toString());
          assertEquals(
              $TEXT,
              result.text());
        }

        /** The agent. Put your own tools here to find out whether they still answer so. */
        static Agent agent() {
          return Agent.named($AGENT)
              .instructions($SYSTEM)
              .maxTurns($LIMIT)
              .tools(tools())
              .build();
        }

        /** Tools that answer as they did. */
        static List<Tool> tools() {
          return List.of($TOOLS);
        }

        /** What the model said, and which results it had seen by then. */
        static Scenario scenario() {
          return Scenario.of(
      $TURNS);
        }

        private static Scenario.Turn turn(
            List<Expectation> expected, String text, ScriptedCall... calls) {
          return new Scenario.Turn(expected, text, "", List.of(calls), Duration.ZERO);
        }

        private static Expectation result(String status, String contains) {
          return new Expectation(
              Optional.of(contains), Optional.of(ToolResult.Status.valueOf(status)));
        }

        private static ToolResult answer(String status, String text) {
          return new ToolResult(ToolResult.Status.valueOf(status), text);
        }

        private static Tool recorded(String name, String schema, ToolResult... answers) {
          var spec = new ToolSpec(name, "Answers as it did.", schema);
          return new RecordedTool(spec, new ArrayList<>(List.of(answers)));
        }

        private record RecordedTool(ToolSpec spec, List<ToolResult> answers) implements Tool {
          @Override
          public EffectClass effect() {
            return EffectClass.UNSAFE;
          }

          @Override
          public ToolResult run(ToolArguments arguments, ToolContext context) {
            return answers.removeFirst();
          }
        }
      }
      """;
}

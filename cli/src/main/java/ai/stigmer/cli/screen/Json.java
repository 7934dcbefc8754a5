package ai.stigmer.cli.screen;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.message.Usage;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The JSON shapes that several commands share. */
public final class Json {
  /** The version of every object that a command prints. */
  public static final int SCHEMA = 1;

  private static final Pattern STEERING =
      Pattern.compile("[\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]");

  private Json() {}

  /** An object with the fields {@code schema} and {@code type}. */
  public static ObjectNode object(String type) {
    return JsonNodeFactory.instance.objectNode().put("schema", SCHEMA).put("type", type);
  }

  /**
   * A line to print. JSON lets DEL, the control characters behind it and those that turn a line
   * around stand as they are, and a terminal obeys some of them.
   */
  public static String line(JsonNode json) {
    return STEERING
        .matcher(json.toString())
        .replaceAll(
            found -> String.format(Locale.ROOT, "\\\\u%04x", (int) found.group().charAt(0)));
  }

  /** A failure as the last object of a command. */
  public static ObjectNode error(Problem problem) {
    ObjectNode json = object("error");
    json.put("code", problem.code());
    json.put("exit", problem.category().exitStatus());
    json.put("message", problem.message());
    return withLines(json, problem);
  }

  /**
   * Several failures as the last object of a command: the first one's fields, and all of them in
   * {@code problems}.
   */
  public static ObjectNode error(List<Problem> problems, int exit) {
    ObjectNode json = error(problems.getFirst()).put("exit", exit);
    ArrayNode all = json.putArray("problems");
    problems.forEach(problem -> all.add(problem(problem)));
    return json;
  }

  /** A problem inside another object. */
  public static ObjectNode problem(Problem problem) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("code", problem.code());
    json.put("message", problem.message());
    return withLines(json, problem);
  }

  /** Tokens as an object. */
  public static ObjectNode usage(Usage usage) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("input", usage.input())
        .put("output", usage.output())
        .put("cache_read", usage.cacheRead())
        .put("cache_write", usage.cacheWrite())
        .put("reasoning", usage.reasoning());
  }

  /** A switch to another model inside another object. */
  static ObjectNode switched(AgentEvent.ModelSwitched switched) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("turn", switched.turn())
        .put("from", switched.from())
        .put("to", switched.to())
        .put("why", switched.why())
        .put("seq", switched.seq())
        .put("discarded", switched.discarded());
  }

  /** The end of a run as one object; {@code error} is null when there is none. */
  static ObjectNode result(RunResult result, ShownModel model) {
    ObjectNode json = object("result");
    json.put("run", result.runId());
    json.put("status", Ends.status(result.end()));
    json.put("text", result.text());
    json.put("turns", result.turns());
    json.set("usage", usage(result.usage()));
    Spending spending = Spending.of(result.spent());
    json.set("cost", spending.json());
    spending.addTo(json);
    json.set("model", model.json());
    Ends.problem(result.end(), result.runId())
        .ifPresentOrElse(p -> json.set("error", problem(p)), () -> json.putNull("error"));
    return json;
  }

  private static ObjectNode withLines(ObjectNode json, Problem problem) {
    ArrayNode from = json.putArray("from");
    problem.from().forEach(from::add);
    ArrayNode help = json.putArray("help");
    problem.help().forEach(help::add);
    return json;
  }
}

package ai.stigmer.runner;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.permission.Mode;
import ai.stigmer.graphton.tool.Tool;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The tool by which a run in mode {@code plan} asks for the word to carry its plan out. That it may
 * run is the word: the user's approval, with the mode that holds from then on.
 */
public final class PresentPlan {
  /** As the model calls it. */
  public static final String NAME = "present_plan";

  private static final String PLAN = "plan";
  private static final String MODE = "mode";
  private static final ObjectMapper JSON = new ObjectMapper();

  private PresentPlan() {}

  static Tool tool() {
    return Tool.named(NAME)
        .describedAs(
            "Shows the user your finished plan and asks whether you may carry it out. Until they"
                + " approve one, nothing can be changed.")
        .string(PLAN, "the whole plan, in Markdown: what you will change and how you will check it")
        .optionalString(MODE, "leave it out; the user answers with it")
        .idempotent()
        .calling((arguments, _) -> approved(mode(arguments.optionalString(MODE).orElse(""))));
  }

  private static ToolResult approved(Optional<Mode> mode) {
    return mode.map(
            one ->
                ToolResult.ok(
                    "The user approved the plan: carry it out now. "
                        + (one == Mode.ASK
                            ? "They are asked about each call that changes something."
                            : "Files of the workspace may be changed; they are asked about"
                                + " commands.")))
        .orElseGet(() -> ToolResult.error("mode must be ask or allow-edits; nothing was approved"));
  }

  /** Whether a call is one that presents a plan. */
  public static boolean isIn(ToolCall call) {
    return call.name().equals(NAME);
  }

  /** The plan that a call presents; what it holds in the place of one when that cannot be read. */
  public static String plan(ToolCall call) {
    return arguments(call)
        .map(arguments -> arguments.path(PLAN).asText(""))
        .orElseGet(call::arguments);
  }

  /**
   * The decision that approves a plan.
   *
   * @param mode what holds from then on
   */
  public static ApprovalDecision approving(ToolCall call, Mode mode) {
    return new ApprovalDecision.Edited(
        arguments(call).orElseGet(JSON::createObjectNode).put(MODE, mode.id()).toString());
  }

  /** What holds when this call was approved. */
  static Optional<Mode> mode(ToolCall call) {
    return mode(arguments(call).map(arguments -> arguments.path(MODE).asText("")).orElse(""));
  }

  private static Optional<Mode> mode(String id) {
    return id.isEmpty()
        ? Optional.of(Mode.ALLOW_EDITS)
        : Stream.of(Mode.ASK, Mode.ALLOW_EDITS).filter(mode -> mode.id().equals(id)).findFirst();
  }

  private static Optional<ObjectNode> arguments(ToolCall call) {
    try {
      return JSON.readTree(call.arguments()) instanceof ObjectNode object
          ? Optional.of(object)
          : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}

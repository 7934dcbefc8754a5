package ai.stigmer.models.openai;

import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ToolSpec;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.models.Reasoning;
import com.openai.models.ReasoningEffort;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseIncludable;
import com.openai.models.responses.ResponseTextConfig;
import com.openai.models.responses.Tool;
import java.util.List;
import java.util.Optional;

/** A request to the Responses API, without any state on the server. */
final class ResponsesBody {
  private ResponsesBody() {}

  static ResponseCreateParams of(Ask ask) {
    ResponseCreateParams.Builder body =
        ResponseCreateParams.builder()
            .model(ask.model())
            .store(false)
            .input(Verbatim.<ResponseCreateParams.Input>of(input(ask)));
    if (!ask.request().system().isEmpty()) {
      body.instructions(Json.whole(ask.request().system()));
    }
    if (!ask.request().tools().isEmpty()) {
      body.tools(Verbatim.<List<Tool>>of(tools(ask)));
    }
    ask.settings().maxTokens().ifPresent(body::maxOutputTokens);
    if (ask.sendsTemperature()) {
      body.temperature(ask.settings().temperature().getAsDouble());
    }
    boolean reasons = ask.traits().reasons() != ModelTraits.Reasons.NO;
    if (reasons && !ask.has(Concession.ENCRYPTED_REASONING)) {
      body.addInclude(ResponseIncludable.REASONING_ENCRYPTED_CONTENT);
    }
    reasoning(ask).ifPresent(body::reasoning);
    ask.answerSchema()
        .ifPresent(
            schema -> {
              ObjectNode text = Json.NODES.objectNode();
              named(text.putObject("format").put("type", "json_schema"), schema);
              body.text(Verbatim.<ResponseTextConfig>of(text));
            });
    return body.build();
  }

  /** A schema with what both APIs want to know of it. */
  static void named(ObjectNode format, JsonNode schema) {
    format.put("name", "answer").put("strict", true).set("schema", schema);
  }

  private static Optional<Reasoning> reasoning(Ask ask) {
    boolean summary =
        ask.traits().reasons() == ModelTraits.Reasons.YES && !ask.has(Concession.SUMMARY);
    Optional<String> effort = ask.effort();
    if (!summary && effort.isEmpty()) {
      return Optional.empty();
    }
    Reasoning.Builder reasoning = Reasoning.builder();
    effort.map(ReasoningEffort::of).ifPresent(reasoning::effort);
    if (summary) {
      reasoning.summary(Reasoning.Summary.AUTO);
    }
    return Optional.of(reasoning.build());
  }

  private static ArrayNode tools(Ask ask) {
    ArrayNode tools = Json.NODES.arrayNode();
    for (ToolSpec spec : ask.request().tools()) {
      ObjectNode tool = tools.addObject().put("type", "function").put("name", spec.name());
      tool.put("description", Json.whole(spec.description()));
      tool.set("parameters", schema(spec));
      // Left out it means true, and that makes every optional argument a required one.
      tool.put("strict", false);
    }
    return tools;
  }

  /** The tool's schema, or an open one where it is no JSON. */
  static JsonNode schema(ToolSpec spec) {
    try {
      return Json.MAPPER.readTree(Json.whole(spec.schema()));
    } catch (JsonProcessingException e) {
      return Json.NODES.objectNode().put("type", "object");
    }
  }

  private static ArrayNode input(Ask ask) {
    ArrayNode items = Json.NODES.arrayNode();
    for (Message message : ask.request().messages()) {
      switch (message) {
        case Message.User(String text) -> addText(items, "user", text);
        case Message.Assistant(ModelTurn turn) -> add(items, ask, turn);
        case Message.ToolAnswer(ToolCall call, ToolResult result) ->
            items
                .addObject()
                .put("type", "function_call_output")
                .put("call_id", call.id())
                .put("output", Json.whole(result.text()));
      }
    }
    return items;
  }

  private static void addText(ArrayNode items, String role, String text) {
    items.addObject().put("role", role).put("content", Json.whole(text));
  }

  /** Our own turns go back as they came; those of other models and APIs are rebuilt. */
  private static void add(ArrayNode items, Ask ask, ModelTurn turn) {
    if (ask.keeps(turn)) {
      try {
        if (Json.MAPPER.readTree(Json.whole(turn.raw())) instanceof ArrayNode raw) {
          items.addAll(raw);
          return;
        }
      } catch (JsonProcessingException e) {
        // The neutral view holds what is needed.
      }
    }
    for (Block block : turn.blocks()) {
      switch (block) {
        case Block.Text(String text) -> addText(items, "assistant", text);
        case Block.Call(ToolCall call) ->
            items
                .addObject()
                .put("type", "function_call")
                .put("call_id", call.id())
                .put("name", ToolNames.sendable(call.name()))
                .put("arguments", ChatCalls.sendable(Json.whole(call.arguments())));
        case Block.Thinking thinking -> {
          // Another model's thinking is nothing that this one has thought.
        }
      }
    }
  }
}

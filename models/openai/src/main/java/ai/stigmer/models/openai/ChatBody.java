package ai.stigmer.models.openai;

import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ToolSpec;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.core.JsonValue;
import com.openai.models.ReasoningEffort;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageParam;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionTool;
import java.util.List;

/** A request to Chat Completions. */
final class ChatBody {
  private ChatBody() {}

  static ChatCompletionCreateParams of(Ask ask) {
    ChatCompletionCreateParams.Builder body =
        ChatCompletionCreateParams.builder()
            .model(ask.model())
            .messages(Verbatim.<List<ChatCompletionMessageParam>>of(messages(ask)));
    if (!ask.request().tools().isEmpty()) {
      body.tools(Verbatim.<List<ChatCompletionTool>>of(tools(ask)));
    }
    ask.settings().maxTokens().ifPresent(most -> limit(body, ask, most));
    if (ask.sendsTemperature()) {
      body.temperature(ask.settings().temperature().getAsDouble());
    }
    ask.chatEffort().map(ReasoningEffort::of).ifPresent(body::reasoningEffort);
    ask.answerSchema()
        .ifPresent(
            schema -> {
              ObjectNode format = Json.NODES.objectNode().put("type", "json_schema");
              ResponsesBody.named(format.putObject("json_schema"), schema);
              body.responseFormat(Verbatim.<ChatCompletionCreateParams.ResponseFormat>of(format));
            });
    if (!ask.has(Concession.STREAM_OPTIONS)) {
      body.streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build());
    }
    return body.build();
  }

  private static void limit(ChatCompletionCreateParams.Builder body, Ask ask, int most) {
    String name = ask.newTokenLimit() ? "max_completion_tokens" : "max_tokens";
    body.putAdditionalBodyProperty(name, JsonValue.from(most));
  }

  private static ArrayNode tools(Ask ask) {
    ArrayNode tools = Json.NODES.arrayNode();
    for (ToolSpec spec : ask.request().tools()) {
      ObjectNode function = tools.addObject().put("type", "function").putObject("function");
      function.put("name", spec.name()).put("description", Json.whole(spec.description()));
      function.set("parameters", ResponsesBody.schema(spec));
    }
    return tools;
  }

  private static ArrayNode messages(Ask ask) {
    ArrayNode messages = Json.NODES.arrayNode();
    if (!ask.request().system().isEmpty()) {
      addText(messages, "system", ask.request().system());
    }
    for (Message message : ask.request().messages()) {
      switch (message) {
        case Message.User(String text) -> addText(messages, "user", text);
        case Message.Assistant(ModelTurn turn) -> add(messages, ask, turn);
        case Message.ToolAnswer(ToolCall call, ToolResult result) ->
            messages
                .addObject()
                .put("role", "tool")
                .put("tool_call_id", call.id())
                .put("content", Json.whole(result.text()));
      }
    }
    return messages;
  }

  private static void addText(ArrayNode messages, String role, String text) {
    messages.addObject().put("role", role).put("content", Json.whole(text));
  }

  /** Our own turns go back as they came; those of other models and APIs are rebuilt. */
  private static void add(ArrayNode messages, Ask ask, ModelTurn turn) {
    if (ask.keeps(turn)) {
      try {
        if (Json.MAPPER.readTree(Json.whole(turn.raw())) instanceof ObjectNode raw) {
          messages.add(raw);
          return;
        }
      } catch (JsonProcessingException e) {
        // The neutral view holds what is needed.
      }
    }
    ObjectNode message = messages.addObject().put("role", "assistant");
    message.put("content", Json.whole(turn.text()));
    if (turn.calls().isEmpty()) {
      return;
    }
    ArrayNode calls = message.putArray("tool_calls");
    for (ToolCall call : turn.calls()) {
      ObjectNode node = calls.addObject().put("id", call.id()).put("type", "function");
      node.putObject("function")
          .put("name", ToolNames.sendable(call.name()))
          .put("arguments", ChatCalls.sendable(Json.whole(call.arguments())));
    }
  }
}

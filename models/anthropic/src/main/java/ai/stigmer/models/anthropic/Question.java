package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.ToolSpec;
import com.anthropic.core.JsonField;
import com.anthropic.models.messages.AssistantMessageParam;
import com.anthropic.models.messages.CacheControlEphemeral;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.JsonOutputFormat;
import com.anthropic.models.messages.MessageContentParam;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.OutputConfig;
import com.anthropic.models.messages.TextBlockParam;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.UserMessageParam;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A request in the SDK's words.
 *
 * <p>The cache marker is one field of the request and not a part of any message, so the messages of
 * one request begin, byte by byte, those of the next. The results of one turn's calls form a user
 * message of their own for the same reason: whatever the user says next stands behind it.
 */
final class Question {
  /** The most tokens of an answer when the settings do not say. */
  static final int DEFAULT_MAX_TOKENS = 32_000;

  private static final CacheControlEphemeral CACHED = CacheControlEphemeral.builder().build();

  private static final OutputConfig NO_CONFIG = OutputConfig.builder().build();

  /** In place of a user message without text, which the API refuses. */
  private static final String NOTHING = "(nothing)";

  private final ModelSettings settings;
  private final List<ContentBlockParam> results = new ArrayList<>();
  private final MessageCreateParams.Builder params = MessageCreateParams.builder();

  private Question(ModelSettings settings) {
    this.settings = settings;
  }

  static MessageCreateParams of(ModelSettings settings, ModelRequest request) {
    return new Question(settings).build(request);
  }

  static Thought thought(ModelSettings settings) {
    return new Thought(
        settings.model(), settings.effort(), settings.maxTokens().orElse(DEFAULT_MAX_TOKENS));
  }

  private MessageCreateParams build(ModelRequest request) {
    params.model(settings.model());
    params.maxTokens(settings.maxTokens().orElse(DEFAULT_MAX_TOKENS));
    params.cacheControl(CACHED);
    if (!request.system().isBlank()) {
      params.systemOfTextBlockParams(
          List.of(
              TextBlockParam.builder()
                  .text(Json.wellFormed(request.system()))
                  .cacheControl(CACHED)
                  .build()));
    }
    OutputConfig.Builder output = OutputConfig.builder();
    thought(settings).addTo(params, output);
    request
        .answerSchema()
        .ifPresent(
            schema ->
                output.format(
                    Json.<JsonOutputFormat>field(
                        "{\"type\":\"json_schema\",\"schema\":" + schema + "}")));
    OutputConfig config = output.build();
    if (!config.equals(NO_CONFIG)) {
      params.outputConfig(config);
    }
    request.tools().forEach(this::add);
    request.messages().forEach(this::add);
    addResults();
    return params.build();
  }

  private void add(ToolSpec tool) {
    params.addTool(
        Tool.builder()
            .name(tool.name())
            .description(Json.wellFormed(tool.description()))
            .inputSchema(Json.<Tool.InputSchema>field(tool.schema()))
            .build());
  }

  private void add(Message message) {
    switch (message) {
      case Message.User(String text) -> {
        addResults();
        String said = text.isBlank() ? NOTHING : Json.wellFormed(text);
        params.addMessage(UserMessageParam.builder().content(said).build());
      }
      case Message.Assistant(ModelTurn turn) -> {
        addResults();
        ArrayNode content = RawTurn.content(turn, settings.model());
        if (!content.isEmpty()) {
          JsonField<MessageContentParam> blocks = Json.field(content);
          params.addMessage(AssistantMessageParam.builder().content(blocks).build());
        }
      }
      case Message.ToolAnswer(ToolCall call, ToolResult result) -> results.add(of(call, result));
    }
  }

  private static ContentBlockParam of(ToolCall call, ToolResult result) {
    ToolResultBlockParam.Builder block =
        ToolResultBlockParam.builder()
            .toolUseId(RawTurn.id(call.id()))
            .content(Json.wellFormed(result.text()));
    if (result.status() != ToolResult.Status.OK) {
      block.isError(true);
    }
    return ContentBlockParam.ofToolResult(block.build());
  }

  private void addResults() {
    if (!results.isEmpty()) {
      params.addMessage(
          UserMessageParam.builder().contentOfContentBlockParams(List.copyOf(results)).build());
      results.clear();
    }
  }
}

package ai.stigmer.models.ollama;

import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.ModelSettings.Effort;
import ai.stigmer.graphton.model.ToolSpec;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The body of {@code POST /api/chat}. The fields stand in a fixed order with the messages last, so
 * the body of one request begins that of the next.
 */
final class ChatBody {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int FIRST_SIZE = 4_096;

  private final ModelSettings settings;
  private final int window;
  private final JsonGenerator json;

  private ChatBody(ModelSettings settings, int window, JsonGenerator json) {
    this.settings = settings;
    this.window = window;
    this.json = json;
  }

  /** The body in UTF-8; half a surrogate pair becomes a question mark. */
  static byte[] of(ModelSettings settings, int window, ModelRequest request) {
    var bytes = new ByteArrayOutputStream(FIRST_SIZE);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      new ChatBody(settings, window, json).write(request);
      json.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      return tolerant(settings, window, request);
    }
  }

  /** Slower; for the text that holds half a surrogate pair, which the direct way refuses. */
  private static byte[] tolerant(ModelSettings settings, int window, ModelRequest request) {
    StringWriter text = new StringWriter(FIRST_SIZE);
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      new ChatBody(settings, window, json).write(request);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void write(ModelRequest request) throws IOException {
    json.writeStartObject();
    json.writeStringField("model", settings.model());
    json.writeBooleanField("stream", true);
    json.writeBooleanField("truncate", false);
    json.writeBooleanField("shift", false);
    writeThink();
    writeOptions();
    if (!request.tools().isEmpty()) {
      json.writeArrayFieldStart("tools");
      for (ToolSpec tool : request.tools()) {
        write(tool);
      }
      json.writeEndArray();
    }
    if (isHeldToSchema(request)) {
      json.writeFieldName("format");
      json.writeRawValue(request.answerSchema().orElseThrow());
    }
    writeMessages(request);
    json.writeEndObject();
  }

  /** The server lets a model that is held to a schema write nothing else, so it calls no tool. */
  private static boolean isHeldToSchema(ModelRequest request) {
    return request.answerSchema().isPresent()
        && (request.tools().isEmpty() || request.purpose() == ModelRequest.Purpose.REPAIR);
  }

  private void writeThink() throws IOException {
    if (settings.effort().isPresent()) {
      Effort effort = settings.effort().get();
      if (effort == Effort.NONE) {
        json.writeBooleanField("think", false);
      } else {
        json.writeStringField("think", effort.name().toLowerCase(Locale.ROOT));
      }
    }
  }

  private void writeOptions() throws IOException {
    json.writeObjectFieldStart("options");
    json.writeNumberField("num_ctx", window);
    if (settings.maxTokens().isPresent()) {
      json.writeNumberField("num_predict", settings.maxTokens().getAsInt());
    }
    if (settings.temperature().isPresent()) {
      json.writeNumberField("temperature", settings.temperature().getAsDouble());
    }
    json.writeEndObject();
  }

  private void write(ToolSpec tool) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "function");
    json.writeObjectFieldStart("function");
    json.writeStringField("name", tool.name());
    json.writeStringField("description", tool.description());
    json.writeFieldName("parameters");
    json.writeRawValue(tool.schema());
    json.writeEndObject();
    json.writeEndObject();
  }

  private void writeMessages(ModelRequest request) throws IOException {
    json.writeArrayFieldStart("messages");
    if (!request.system().isEmpty()) {
      writeText("system", request.system());
    }
    for (Message message : request.messages()) {
      switch (message) {
        case Message.User(String text) -> writeText("user", text);
        case Message.Assistant(ModelTurn turn) -> write(turn);
        case Message.ToolAnswer(ToolCall call, ToolResult result) -> write(call, result);
      }
    }
    json.writeEndArray();
  }

  private void writeText(String role, String text) throws IOException {
    json.writeStartObject();
    json.writeStringField("role", role);
    json.writeStringField("content", text);
    json.writeEndObject();
  }

  private void write(ToolCall call, ToolResult result) throws IOException {
    json.writeStartObject();
    json.writeStringField("role", "tool");
    json.writeStringField("content", result.text());
    json.writeStringField("tool_name", call.name());
    json.writeStringField("tool_call_id", call.id());
    json.writeEndObject();
  }

  /** Our own turns go back as they came; those of other providers are rebuilt. */
  private void write(ModelTurn turn) throws IOException {
    if (turn.provider().equals(OllamaProvider.ID)) {
      json.writeRawValue(turn.raw());
      return;
    }
    json.writeRawValue(RawTurn.of(turn.text(), "", turn.calls()));
  }
}

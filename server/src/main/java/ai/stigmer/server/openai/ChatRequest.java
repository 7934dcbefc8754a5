package ai.stigmer.server.openai;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.server.http.Field;
import ai.stigmer.server.http.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/*
 * A chat client sends the whole conversation each time, an execution takes one message. So what was said before is put
 * in front of the last message, in the caller's words and marked as such. What a client sets for sampling is the
 * operator's to decide here and is ignored; what would change the meaning of the answer is refused.
 */
/**
 * A request to complete a chat, as far as it counts.
 *
 * @param model the agent's slug or id
 * @param message what the agent is told
 * @param isStream whether the answer is told while it is made
 * @param wantsUsage whether the stream's last chunk counts tokens
 */
record ChatRequest(String model, String message, boolean isStream, boolean wantsUsage) {
  private static final String MODEL = "the slug or the id of an agent; GET /v1/models lists them";
  private static final String MESSAGES = "a list with at least one message";

  /** What counts of a request; clients send more. */
  static final Shape SHAPE =
      Shape.atLeast(
          Field.required("model", Field.Type.TEXT, MODEL),
          Field.required("messages", Field.Type.LIST, MESSAGES),
          Field.optional("stream", Field.Type.TRUTH, "true or false"),
          Field.optional("stream_options", Field.Type.OBJECT, "an object"));

  private static final Set<String> REFUSED =
      Set.of("tools", "functions", "audio", "prediction", "web_search_options");

  /**
   * Reads a request.
   *
   * @throws ProblemException {@code E561} for one that is wrong, {@code E574} for one that asks for
   *     what an agent does not do
   */
  static ChatRequest read(String text) {
    JsonNode body = SHAPE.read(text);
    String model = body.path("model").asText();
    if (model.isBlank()) {
      throw Shape.wrong("model: must be " + MODEL);
    }
    for (String name : REFUSED) {
      if (!body.path(name).isMissingNode()
          && !body.path(name).isNull()
          && !body.path(name).isEmpty()) {
        throw unable(name + ": an agent has its own");
      }
    }
    if (body.path("n").asInt(1) != 1) {
      throw unable("n: there is one answer");
    }
    if (body.path("logprobs").asBoolean()) {
      throw unable("logprobs: there are none");
    }
    String format = body.path("response_format").path("type").asText("text");
    if (!format.equals("text")) {
      throw unable("response_format: an agent answers with text");
    }
    return new ChatRequest(
        model,
        message(body.path("messages")),
        body.path("stream").asBoolean(),
        body.path("stream_options").path("include_usage").asBoolean());
  }

  private static String message(JsonNode messages) {
    if (messages.isEmpty()) {
      throw Shape.wrong("messages: must be " + MESSAGES);
    }
    List<String> before = new ArrayList<>();
    String last = "";
    for (int i = 0; i < messages.size(); i++) {
      String role = messages.get(i).path("role").asText();
      String text = text(messages.get(i).path("content"), i);
      if (i == messages.size() - 1) {
        if (!role.equals("user")) {
          throw Shape.wrong("messages: the last one must be the user's");
        }
        last = text;
      } else {
        before.add(line(role, text, i));
      }
    }
    if (last.isBlank()) {
      throw Shape.wrong("messages: the last one must not be blank");
    }
    return before.isEmpty()
        ? last
        : "The conversation so far:\n\n"
            + String.join("\n\n", before)
            + "\n\nThe message to answer now:\n\n"
            + last;
  }

  private static String line(String role, String text, int index) {
    return switch (role) {
      case "system", "developer" -> "Instructions: " + text;
      case "user" -> "User: " + text;
      case "assistant" -> "Assistant: " + text;
      default ->
          throw unable(
              "messages[" + index + "].role: must be system, developer, user or assistant");
    };
  }

  private static String text(JsonNode content, int index) {
    if (content.isTextual()) {
      return content.asText();
    }
    if (content.isNull() || content.isMissingNode()) {
      return "";
    }
    if (!content.isArray()) {
      throw Shape.wrong("messages[" + index + "].content: must be text or a list of parts");
    }
    var text = new StringBuilder();
    for (JsonNode part : content) {
      if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
        throw unable("messages[" + index + "].content: parts must be text");
      }
      text.append(part.path("text").asText());
    }
    return text.toString();
  }

  private static ProblemException unable(String what) {
    return Problem.of("E574", Problem.Category.USAGE, what)
        .help("stigmer explain E574")
        .asException();
  }
}

package ai.stigmer.server.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/*
 * An agent says something in each of its turns, a completion has one text; turns are set apart by a blank line. A text
 * that was told and then begun anew stays, because a chat client cannot take back.
 */
/**
 * An answer in OpenAI's shape, put together from the events of an execution.
 *
 * <p>Not thread-safe.
 */
final class Completion {
  private final String id;
  private final String model;
  private final long created;
  private final StringBuilder text = new StringBuilder();
  private String message = "";
  private long input;
  private long output;
  private long cached;
  private Optional<Failure> failure = Optional.empty();

  /**
   * Why there is no answer.
   *
   * @param code for example {@code E204}
   */
  record Failure(String code, String words) {}

  /**
   * @param created seconds of the epoch
   */
  Completion(String execution, String model, long created) {
    this.id = "chatcmpl-" + execution;
    this.model = model;
    this.created = created;
  }

  /** Takes an event; returns what it adds to the text. */
  String add(JsonNode event) {
    switch (event.path("type").asText()) {
      case "TEXT_MESSAGE_CONTENT" -> {
        String from = event.path("messageId").asText();
        return from.contains("-user-") ? "" : said(from, event.path("delta").asText());
      }
      case "CUSTOM" -> custom(event.path("name").asText(), event.path("value"));
      case "RUN_ERROR" ->
          failure =
              Optional.of(new Failure(event.path("code").asText(), event.path("message").asText()));
      default -> {}
    }
    return "";
  }

  private String said(String from, String delta) {
    boolean isNext = !from.equals(message) && !text.isEmpty();
    message = from;
    String more = (isNext ? "\n\n" : "") + delta;
    text.append(more);
    return more;
  }

  private void custom(String name, JsonNode value) {
    if (name.equals("usage")) {
      input +=
          value.path("input").asLong()
              + value.path("cacheRead").asLong()
              + value.path("cacheWrite").asLong();
      output += value.path("output").asLong();
      cached += value.path("cacheRead").asLong();
    } else if (name.equals("approval_requested")) {
      failure =
          Optional.of(
              new Failure(
                  "E575",
                  "the execution "
                      + id.substring("chatcmpl-".length())
                      + " waits for approval: "
                      + value.path("tool").asText()
                      + "; decide with: stigmer approvals show "
                      + id.substring("chatcmpl-".length())));
    }
  }

  /** Why there is no answer; empty while there may be one. */
  Optional<Failure> failure() {
    return failure;
  }

  /** The whole answer. */
  ObjectNode whole() {
    ObjectNode whole = head("chat.completion");
    ObjectNode choice = whole.putArray("choices").addObject().put("index", 0);
    choice
        .putObject("message")
        .put("role", "assistant")
        .put("content", text.toString())
        .putNull("refusal");
    choice.putNull("logprobs").put("finish_reason", "stop");
    whole.set("usage", usage());
    return whole;
  }

  /** A part of it. */
  ObjectNode chunk(ObjectNode delta, Optional<String> finish) {
    ObjectNode chunk = head("chat.completion.chunk");
    ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
    choice.set("delta", delta);
    choice.putNull("logprobs");
    finish.ifPresentOrElse(
        why -> choice.put("finish_reason", why), () -> choice.putNull("finish_reason"));
    return chunk;
  }

  /** The part behind the last one, which counts tokens. */
  ObjectNode lastChunk() {
    ObjectNode chunk = head("chat.completion.chunk");
    chunk.putArray("choices");
    chunk.set("usage", usage());
    return chunk;
  }

  private ObjectNode head(String object) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", id)
        .put("object", object)
        .put("created", created)
        .put("model", model);
  }

  private ObjectNode usage() {
    ObjectNode usage =
        JsonNodeFactory.instance
            .objectNode()
            .put("prompt_tokens", input)
            .put("completion_tokens", output)
            .put("total_tokens", input + output);
    usage.putObject("prompt_tokens_details").put("cached_tokens", cached);
    return usage;
  }
}

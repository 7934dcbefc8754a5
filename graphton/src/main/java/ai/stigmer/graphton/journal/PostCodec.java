package ai.stigmer.graphton.journal;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;

/** Posts as JSON text, the same in every store. */
public final class PostCodec {
  private PostCodec() {}

  /** One line of ASCII JSON. */
  public static String encode(Post post) {
    return switch (post) {
      case Post.Decision decision ->
          EntryCodec.ascii(
              ApprovalJson.put(EntryCodec.object("decision"), decision.decision())
                  .put("approval", decision.approval())
                  .put("hash", decision.hash())
                  .put("by", decision.by()));
      case Post.Message message ->
          EntryCodec.ascii(
              EntryCodec.object("message")
                  .put("number", message.number())
                  .put("text", message.text())
                  .put("by", message.by()));
      case Post.Cancel cancel ->
          EntryCodec.ascii(
              EntryCodec.object("cancel").put("end", cancel.end()).put("by", cancel.by()));
      case Post.Resume resume ->
          EntryCodec.ascii(
              EntryCodec.object("resume").put("end", resume.end()).put("by", resume.by()));
      case Post.Hold hold ->
          EntryCodec.ascii(
              EntryCodec.object("hold")
                  .put("number", hold.number())
                  .put("by", hold.by())
                  .put("answers", hold.answers())
                  .put("tool_calls", hold.toolCalls())
                  .put("tokens", hold.tokens())
                  .put("cost_usd", hold.costUsd().toPlainString()));
    };
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E503} when the text is no post,
   *     {@code E507} when this version does not know its type
   */
  public static Post decode(String text) {
    JsonNode node = EntryCodec.tree(text);
    String type = node.path("type").asText();
    try {
      return switch (type) {
        case "decision" ->
            new Post.Decision(
                EntryCodec.text(node, "approval"),
                EntryCodec.text(node, "hash"),
                ApprovalJson.decision(node),
                EntryCodec.text(node, "by"));
        case "message" ->
            new Post.Message(
                node.path("number").asInt(),
                EntryCodec.text(node, "text"),
                EntryCodec.text(node, "by"));
        case "cancel" -> new Post.Cancel(node.path("end").asInt(), EntryCodec.text(node, "by"));
        case "resume" -> new Post.Resume(node.path("end").asInt(), EntryCodec.text(node, "by"));
        case "hold" ->
            new Post.Hold(
                node.path("number").asInt(),
                EntryCodec.text(node, "by"),
                node.path("answers").asInt(),
                node.path("tool_calls").asInt(),
                node.path("tokens").asLong(),
                new BigDecimal(EntryCodec.text(node, "cost_usd")));
        default -> throw EntryCodec.unknownType(type);
      };
    } catch (IllegalArgumentException e) {
      throw EntryCodec.damaged(String.valueOf(e.getMessage()));
    }
  }
}

package ai.stigmer.graphton.journal;

import com.fasterxml.jackson.databind.JsonNode;

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
    if (!type.equals("decision")) {
      throw EntryCodec.unknownType(type);
    }
    try {
      return new Post.Decision(
          EntryCodec.text(node, "approval"),
          EntryCodec.text(node, "hash"),
          ApprovalJson.decision(node),
          EntryCodec.text(node, "by"));
    } catch (IllegalArgumentException e) {
      throw EntryCodec.damaged(String.valueOf(e.getMessage()));
    }
  }
}

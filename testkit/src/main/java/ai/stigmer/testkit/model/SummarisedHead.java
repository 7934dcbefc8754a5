package ai.stigmer.testkit.model;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * How a conversation begins in which a summary stands for the oldest messages: with two messages of
 * the user. Only there may a request differ from the beginning of the one before.
 */
public final class SummarisedHead {
  private SummarisedHead() {}

  /** Whether the messages, each an object with a {@code role}, begin so. */
  public static boolean isIn(Iterable<JsonNode> messages) {
    boolean afterFirst = false;
    for (JsonNode message : messages) {
      boolean user = isOfUser(message);
      if (afterFirst) {
        return user;
      }
      afterFirst = user;
    }
    return false;
  }

  private static boolean isOfUser(JsonNode message) {
    return message.path("role").asText().equals("user");
  }
}

package ai.stigmer.cli.screen;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a summary changed about the context, for programs. */
public final class ContextJson {
  private ContextJson() {}

  /**
   * Adds the tokens of the prompt before and after, and those of the window.
   *
   * @return {@code json}
   */
  public static ObjectNode put(ObjectNode json, long before, long after, long window) {
    return json.put("tokens_before", before).put("tokens_after", after).put("window", window);
  }
}

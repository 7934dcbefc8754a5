package ai.stigmer.it.wire;

import ai.stigmer.graphton.message.ToolCall;
import java.util.List;

/**
 * What a model says in one turn, whatever the wire format.
 *
 * @param thinking empty for none
 * @param text empty for none
 * @param promptTokens counted for the request that is answered
 */
record Said(String thinking, String text, List<ToolCall> calls, int promptTokens) {
  private static final int TOKENS = 4_000;

  Said {
    calls = List.copyOf(calls);
  }

  static Said of(String thinking, String text, ToolCall... calls) {
    return new Said(thinking, text, List.of(calls), TOKENS);
  }

  /** A call of a tool that takes a path. */
  static ToolCall call(String id, String tool, String path) {
    return new ToolCall(id, tool, "{\"path\":\"" + path + "\"}");
  }
}

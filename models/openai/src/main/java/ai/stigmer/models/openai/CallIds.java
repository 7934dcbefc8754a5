package ai.stigmer.models.openai;

import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.model.ModelRequest;
import java.util.HashSet;
import java.util.Set;

/**
 * Gives every tool call an id that no other call of the conversation has: some servers send none,
 * some send the same ones with every turn.
 */
final class CallIds {
  private final Set<String> used = new HashSet<>();
  private final int turn;
  private int next;

  CallIds(ModelRequest request) {
    turn = request.turn();
    for (Message message : request.messages()) {
      if (message instanceof Message.Assistant(ModelTurn said)) {
        said.calls().forEach(call -> used.add(call.id()));
      }
    }
  }

  /** The wanted id where it is free, another one where it is taken or empty. */
  String take(String wanted) {
    int index = next++;
    String base = wanted.isBlank() ? "call_" + turn + "_" + index : wanted;
    String id = base;
    for (int n = 2; !used.add(id); n++) {
      id = base + "_" + n;
    }
    return id;
  }
}

package ai.stigmer.graphton.model;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.message.Message;
import java.util.List;

/**
 * What is put before a model. The system text and the tools stay the same for a whole run, and the
 * messages of request k are a prefix of those of request k+1, so that providers can cache.
 *
 * @param system the system text, may be empty
 * @param messages the conversation, oldest first; every tool call is answered
 * @param tools the offered tools, sorted by name
 */
public record ModelRequest(String system, List<Message> messages, List<ToolSpec> tools) {
  public ModelRequest {
    requireNonNull(system, "system is null");
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
  }

  /** How many answers the model has given in this conversation so far; 0 for the first request. */
  public int turn() {
    return (int) messages.stream().filter(Message.Assistant.class::isInstance).count();
  }
}

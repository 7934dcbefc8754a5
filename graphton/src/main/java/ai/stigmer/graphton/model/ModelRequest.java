package ai.stigmer.graphton.model;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.message.Message;
import java.util.List;

/**
 * What is put before a model. The system text and the tools stay the same for a whole run, and the
 * messages of request k are a prefix of those of request k+1, so that providers can cache; only a
 * compaction puts a summary in the place of the oldest ones.
 *
 * @param system the system text, may be empty
 * @param messages the conversation, oldest first; every tool call is answered
 * @param tools the offered tools, sorted by name
 * @param turn how many answers the model has given in this run so far, those that a summary stands
 *     for included; 0 for the first request
 * @param purpose what the answer is for
 */
public record ModelRequest(
    String system, List<Message> messages, List<ToolSpec> tools, int turn, Purpose purpose) {

  /** What an answer is for. */
  public enum Purpose {
    /** The run's next turn. */
    TURN,
    /** A summary of the conversation so far; it brings no tools. */
    SUMMARY
  }

  public ModelRequest {
    requireNonNull(system, "system is null");
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
    requireNonNull(purpose, "purpose is null");
  }

  /** The next turn of a conversation that is shown from its beginning. */
  public ModelRequest(String system, List<Message> messages, List<ToolSpec> tools) {
    this(system, messages, tools, answers(messages), Purpose.TURN);
  }

  /** How many answers of the model there are among the messages. */
  public static int answers(List<Message> messages) {
    return (int) messages.stream().filter(Message.Assistant.class::isInstance).count();
  }
}

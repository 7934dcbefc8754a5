package ai.stigmer.graphton.model;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.message.Message;
import java.util.List;
import java.util.Optional;

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
 * @param answerSchema the JSON Schema that the text of the answer has to fit, as far as the
 *     provider can hold the model to it; empty for any text
 */
public record ModelRequest(
    String system,
    List<Message> messages,
    List<ToolSpec> tools,
    int turn,
    Purpose purpose,
    Optional<String> answerSchema) {

  /** What an answer is for. */
  public enum Purpose {
    /** The run's next turn. */
    TURN,
    /** The run's next turn, after a final answer that could not be used: only its text counts. */
    REPAIR,
    /** A summary of the conversation so far; it brings no tools. */
    SUMMARY
  }

  public ModelRequest {
    requireNonNull(system, "system is null");
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
    requireNonNull(purpose, "purpose is null");
    requireNonNull(answerSchema, "answerSchema is null");
  }

  /** A request for any text. */
  public ModelRequest(
      String system, List<Message> messages, List<ToolSpec> tools, int turn, Purpose purpose) {
    this(system, messages, tools, turn, purpose, Optional.empty());
  }

  /** The next turn of a conversation that is shown from its beginning. */
  public ModelRequest(String system, List<Message> messages, List<ToolSpec> tools) {
    this(system, messages, tools, answers(messages), Purpose.TURN);
  }

  /** The same with a schema for the text of the answer, or with none. */
  public ModelRequest withAnswerSchema(Optional<String> schema) {
    return schema.equals(answerSchema)
        ? this
        : new ModelRequest(system, messages, tools, turn, purpose, schema);
  }

  /** How many answers of the model there are among the messages. */
  public static int answers(List<Message> messages) {
    return (int) messages.stream().filter(Message.Assistant.class::isInstance).count();
  }
}

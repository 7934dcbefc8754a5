package ai.stigmer.graphton;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.model.ChatModel;
import java.util.Optional;

/**
 * An agent to whom another one can hand tasks, under its own name.
 *
 * @param description what it is good for, for the model that delegates
 * @param model who answers in its place of the parent's models
 */
public record SubAgent(Agent agent, String description, Optional<ChatModel> model) {
  public SubAgent {
    requireNonNull(agent, "agent is null");
    requireNonNull(description, "description is null");
    requireNonNull(model, "model is null");
  }

  /** One that asks the same models as its parent. */
  public static SubAgent of(Agent agent, String description) {
    return new SubAgent(agent, description, Optional.empty());
  }

  String name() {
    return agent.name();
  }
}

package ai.stigmer.cli.screen;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import java.util.List;
import java.util.function.Consumer;

/**
 * Shows one run while it happens. Calls come in this order: {@link #begin}, events and notes, and
 * at last either the event {@code RunFinished} or {@link #failed}.
 *
 * <p>Thread contract: called by one thread at a time.
 */
public interface RunView extends Consumer<AgentEvent> {

  /**
   * Before the first event.
   *
   * @param startLine one line: which model, whose key, which mode
   * @param configuration the resolved configuration as JSON, without secrets
   */
  void begin(ShownModel model, String startLine, String configuration);

  /**
   * The same view for a run whose answer is for programs: of what the model says, only the final
   * answer is printed where answers are.
   */
  default Consumer<AgentEvent> answerOnly() {
    return this;
  }

  /** A word to the user about this command. */
  void note(String text);

  /**
   * What commands about the run need besides its id; told before the run begins.
   *
   * @param options with a blank before each; empty for none
   */
  default void needs(String options) {}

  /** The command ends without a run's end. */
  void failed(Problem problem);

  /**
   * The same for several reasons at once.
   *
   * @param problems at least one, in the order in which they are told
   * @param exit the command's exit status
   */
  default void failed(List<Problem> problems, int exit) {
    problems.forEach(this::failed);
  }
}

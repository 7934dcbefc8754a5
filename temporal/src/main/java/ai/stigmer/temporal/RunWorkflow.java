package ai.stigmer.temporal;

import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** One run, from its begin to its end. Its id is {@code stigmer/run/} and the run's id. */
@WorkflowInterface
public interface RunWorkflow {
  /** The name of the workflow's type. */
  String TYPE = "stigmer/run";

  /** Has the run driven, segment after segment, until it ends. */
  @WorkflowMethod(name = TYPE)
  RunOutcome run(RunInput input);

  /** Somebody has decided what the run waits for. */
  @SignalMethod(name = "wake")
  void wake();

  /** What the run is at. */
  @QueryMethod(name = "state")
  RunState state();
}

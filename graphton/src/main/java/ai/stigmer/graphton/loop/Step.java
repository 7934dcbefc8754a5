package ai.stigmer.graphton.loop;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.event.RunEnd;
import java.util.List;

/** What is to be done next in a run. */
public sealed interface Step {

  /** Ask the model. */
  record CallModel() implements Step {}

  /** Serve the calls that have no outcome yet, in the model's order. */
  record RunTools(List<PendingCall> calls) implements Step {
    public RunTools {
      calls = List.copyOf(calls);
    }
  }

  /** Have the oldest messages summarised. */
  record Compact() implements Step {}

  /** The run is over. */
  record Finish(RunEnd end) implements Step {
    public Finish {
      requireNonNull(end, "end is null");
    }
  }
}

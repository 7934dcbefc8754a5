package ai.stigmer.temporal;

import ai.stigmer.runner.EmbeddedEngine;
import ai.stigmer.runner.Engine;

class EmbeddedEngineTest extends EngineContract {
  @Override
  Engine engine(Site.Peer process) {
    return new EmbeddedEngine(
        process.driver(),
        (runId, event) -> {},
        (runId, e) -> {
          throw new AssertionError(runId, e);
        });
  }
}

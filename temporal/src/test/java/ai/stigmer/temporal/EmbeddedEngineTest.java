package ai.stigmer.temporal;

import ai.stigmer.runner.EmbeddedEngine;
import ai.stigmer.runner.Engine;
import ai.stigmer.testkit.Await;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

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

  @Test
  void aRunWhoseFailureNobodyCanTakeIsNotLeftBehind() {
    List<String> failed = new CopyOnWriteArrayList<>();
    try (Engine engine =
        new EmbeddedEngine(
            site.process().driver(),
            (_, _) -> {},
            (runId, _) -> {
              failed.add(runId);
              throw new IllegalStateException("on purpose");
            })) {
      engine.start("nobody");
      Await.until("its failure", () -> failed.size() == 1);
      engine.start("nobody");
      Await.until("another one", () -> failed.size() == 2);
    }
  }

  @Test
  void aStartThatComesWhileADriveEndsIsNotForgotten() {
    List<String> failed = new CopyOnWriteArrayList<>();
    var itself = new AtomicReference<Engine>();
    try (Engine engine =
        new EmbeddedEngine(
            site.process().driver(),
            (_, _) -> {},
            (runId, _) -> {
              failed.add(runId);
              if (failed.size() == 1) {
                itself.get().start(runId);
              }
            })) {
      itself.set(engine);
      engine.start("nobody");
      Await.until("another failure", () -> failed.size() == 2);
    }
  }
}

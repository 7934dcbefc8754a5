package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.workflow.Workflow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Workflows that other versions have begun go on with this one; kept histories are never made anew.
 */
class KeptHistoriesTest {
  private static final Path KEPT = Path.of("src/test/resources/histories");

  static List<Path> histories() throws IOException {
    try (Stream<Path> files = Files.walk(KEPT)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  @Test
  void thereAreHistoriesOfTheFirstVersion() throws IOException {
    assertThat(histories()).hasSizeGreaterThanOrEqualTo(5);
  }

  @ParameterizedTest
  @MethodSource("histories")
  void aKeptHistoryReplays(Path file) throws Exception {
    WorkflowReplayer.replayWorkflowExecution(read(file), SegmentWorkflow.class);
  }

  @ParameterizedTest
  @MethodSource("histories")
  void aWorkflowThatAsksForMoreThanItDidIsFound(Path file) throws IOException {
    WorkflowExecutionHistory history = read(file);
    assertThatThrownBy(() -> WorkflowReplayer.replayWorkflowExecution(history, Changed.class))
        .hasStackTraceContaining("TMPRL1100");
  }

  private static WorkflowExecutionHistory read(Path file) throws IOException {
    return WorkflowExecutionHistory.fromJson(Files.readString(file));
  }

  /** The workflow as it must not become without a version of its own. */
  public static final class Changed implements RunWorkflow {
    @Override
    public RunOutcome run(RunInput input) {
      Workflow.sleep(Duration.ofSeconds(1));
      return new SegmentWorkflow(input).run(input);
    }

    @Override
    public void wake() {}

    @Override
    public RunState state() {
      return new RunState("DRIVEN", "", 0, 0);
    }
  }
}

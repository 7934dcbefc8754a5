package ai.stigmer.benchmarks.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  @TempDir Path folder = Path.of("");

  @Test
  void aCommandThatWasStoppedGoesOnBehindItsLastLine() throws IOException {
    Report first = Report.open(options(), "kills", "points=2");
    first.add("seed 1", Map.of("RECOVERED", 2L, "NOT_KILLED", 1L));

    Report second = Report.open(options(), "kills", "points=2");
    second.add("seed 2", Map.of("RECOVERED", 3L));

    assertThat(second.has("seed 1")).isTrue();
    assertThat(second.has("seed 3")).isFalse();
    assertThat(second.count("seed 1", "RECOVERED")).isEqualTo(2);
    assertThat(second.total())
        .isEqualTo("NOT_KILLED 1\nRECOVERED 5\nreport " + folder.resolve("r.txt") + "\n");
    assertThat(Files.readAllLines(folder.resolve("r.txt"))).hasSize(3);
  }

  @Test
  void theReportOfSomethingElseIsNotContinued() throws IOException {
    Report.open(options(), "kills", "points=2");
    assertThatThrownBy(() -> Report.open(options(), "kills", "points=3"))
        .hasMessageContaining("is the report of \"kills points=2\"");
  }

  private Options options() {
    return Options.of(new String[] {"..", "--report", folder.resolve("r.txt").toString()});
  }
}

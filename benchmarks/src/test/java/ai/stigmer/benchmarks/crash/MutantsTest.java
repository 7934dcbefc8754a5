package ai.stigmer.benchmarks.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The kit finds every defect that is planted into the real sources. */
class MutantsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final int SEEDS = 1_500;
  private static final int UNHARMED = 500;

  @Test
  void aPlantedDefectTurnsTheSuiteRed() throws Exception {
    try (var trial = new MutantTrial(ROOT, SEEDS)) {
      assertThat(trial.runAll(Mutants.ALL))
          .hasSameSizeAs(Mutants.ALL)
          .allSatisfy(
              verdict -> assertThat(verdict.seed()).as(verdict.mutant().name()).isPresent());
    }
  }

  @Test
  void theSameSourceWithoutADefectStaysGreen() throws Exception {
    String text = "private RunResult drive() {";
    String file = "graphton/src/main/java/ai/stigmer/graphton/loop/RunLoop.java";

    try (var trial = new MutantTrial(ROOT, UNHARMED)) {
      for (Suite suite : Suite.values()) {
        MutantTrial.Verdict verdict = trial.run(new Mutant("nothing", suite, file, text, text));

        assertThat(verdict.why()).as(suite.name()).isEmpty();
      }
    }
  }

  @Test
  void everyMutantStillStandsInItsSource() throws IOException {
    assertThat(Mutants.ALL).hasSizeGreaterThanOrEqualTo(50).doesNotHaveDuplicates();
    for (Mutant mutant : Mutants.ALL) {
      String source = Files.readString(ROOT.resolve(mutant.file()));
      assertThat(mutant.plantedIn(source)).as(mutant.name()).isNotEqualTo(source);
    }
  }
}

package ai.stigmer.benchmarks.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kit finds defects that are planted into the real sources; all of them by the long command.
 */
class MutantsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final int SHARE = 4;
  private static final int SEEDS = 1_000;

  static List<Mutant> share() {
    return IntStream.range(0, Mutants.ALL.size())
        .filter(i -> i % SHARE == 0)
        .mapToObj(Mutants.ALL::get)
        .toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("share")
  void aPlantedDefectTurnsTheSuiteRed(Mutant mutant) throws Exception {
    MutantTrial.Verdict verdict = new MutantTrial(ROOT, SEEDS).run(mutant);

    assertThat(verdict.seed()).as(mutant.name()).isPresent();
  }

  @Test
  void theSameSourceWithoutADefectStaysGreen() throws Exception {
    String text = "private RunResult drive() {";
    String file = "graphton/src/main/java/ai/stigmer/graphton/loop/RunLoop.java";

    MutantTrial.Verdict verdict =
        new MutantTrial(ROOT, SEEDS).run(new Mutant("nothing", file, text, text));

    assertThat(verdict.why()).isEmpty();
  }

  @Test
  void everyMutantStillStandsInItsSource() throws IOException {
    assertThat(Mutants.ALL).hasSizeGreaterThanOrEqualTo(25).doesNotHaveDuplicates();
    for (Mutant mutant : Mutants.ALL) {
      String source = Files.readString(ROOT.resolve(mutant.file()));
      assertThat(mutant.plantedIn(source)).as(mutant.name()).isNotEqualTo(source);
    }
  }
}

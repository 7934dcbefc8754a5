package ai.stigmer.testkit.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Random agents under random schedules keep every promise of the contract. */
class SimulationTest {
  private static final int SEEDS = 6_000;
  private static final int REPEATED = 100;

  @Test
  void everySeedKeepsEveryPromise() {
    List<Simulation.Story> stories =
        LongStream.range(0, SEEDS).parallel().mapToObj(Simulation::play).toList();

    assertThat(stories).hasSize(SEEDS);
    assertThat(stories.stream().mapToInt(Simulation.Story::crashes).sum()).isGreaterThan(SEEDS / 2);
    assertThat(stories.stream().mapToInt(Simulation.Story::takeovers).sum())
        .isGreaterThan(SEEDS / 20);
    assertThat(stories.stream().mapToInt(Simulation.Story::intruders).sum())
        .isGreaterThan(SEEDS / 40);
    assertThat(stories.stream().mapToInt(Simulation.Story::unknown).sum())
        .isGreaterThan(SEEDS / 40);
    assertThat(stories.stream().mapToInt(Simulation.Story::summaries).sum())
        .isGreaterThan(SEEDS / 10);
    assertThat(stories.stream().mapToInt(Simulation.Story::decisions).sum())
        .isGreaterThan(SEEDS / 4);
    assertThat(stories.stream().mapToInt(Simulation.Story::late).sum()).isGreaterThan(SEEDS / 10);
    assertThat(stories.stream().mapToInt(Simulation.Story::children).sum())
        .isGreaterThan(SEEDS / 5);
  }

  @Test
  void aSeedIsTheSameStoryEachTime() {
    for (long seed = 0; seed < REPEATED; seed++) {
      assertThat(Simulation.play(seed)).isEqualTo(Simulation.play(seed));
    }
  }
}

package ai.stigmer.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.redaction.Redactor;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private static final String SECRET = "canary-0123456789";
  private static final Problem PROBLEM =
      Problem.of("E712", Problem.Category.RUN, "the server answered " + SECRET)
          .from("header " + SECRET)
          .help("try " + SECRET);

  @Test
  void aProblemIsToldWithoutSecrets() {
    Problem told = Failures.tellable(PROBLEM, () -> Redactor.of(List.of(SECRET)));

    assertThat(Failures.words(told))
        .isEqualTo("E712: the server answered [redacted]\ntry [redacted]");
  }

  @Test
  void withoutKnowingTheSecretsOnlyTheCodeIsTold() {
    for (Supplier<Redactor> broken :
        List.<Supplier<Redactor>>of(
            failing("E560"),
            failing("E553"),
            () -> {
              throw new IllegalStateException("a bug");
            })) {
      Problem told = Failures.tellable(PROBLEM, broken);

      assertThat(told.toString()).contains("E712").doesNotContain(SECRET);
      assertThat(told.category()).isEqualTo(Problem.Category.RUN);
    }
  }

  @Test
  void aStoreThatIsAwayIsToldInsteadSoThatItIsTriedAgain() {
    Problem told = Failures.tellable(PROBLEM, failing("E530"));

    assertThat(told.code()).isEqualTo("E530");
    assertThat(Following.passes(told)).isTrue();
    assertThat(told.toString()).doesNotContain(SECRET);
  }

  private static Supplier<Redactor> failing(String code) {
    return () -> {
      throw Problem.of(code, Problem.Category.STORE, "about " + SECRET).asException();
    };
  }
}

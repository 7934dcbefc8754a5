package ai.stigmer.server.guard;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.server.ServerLog;
import ai.stigmer.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of tokens that other processes make. */
class TokenWatchTest {
  @TempDir Path folder = Path.of("");

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final AtomicBoolean isBroken = new AtomicBoolean();
  private final AtomicInteger asked = new AtomicInteger();

  /** The time, when it can be had. */
  private Instant now() {
    asked.incrementAndGet();
    if (isBroken.get()) {
      throw new IllegalStateException("no time");
    }
    return Instant.now();
  }

  private String said() {
    return said.toString(StandardCharsets.UTF_8);
  }

  private void make(String token) {
    String _ =
        TokenList.in(folder, InstantSource.system()).create(token, Scope.READ, Optional.empty());
  }

  @Test
  void aFailureCostsOneLookIsToldOnceAndWhatWasMadeMeanwhileIsToldLater() {
    var log =
        new ServerLog(new PrintStream(said, true, StandardCharsets.UTF_8), InstantSource.system());
    make("first");
    try (var watch =
        new TokenWatch(
            TokenList.in(folder, InstantSource.system()), this::now, log, new Audit(log))) {
      assertThat(asked).as("looks before it is started").hasValue(0);
      watch.start();
      isBroken.set(true);
      int before = asked.get();
      make("second");
      Await.until("two looks that fail", () -> asked.get() >= before + 2);
      isBroken.set(false);
      Await.until(this::said, () -> said().contains("token.made"));
    }
    assertThat(said().lines())
        .filteredOn(line -> line.contains("\"event\":\"bug\""))
        .hasSize(1)
        .allMatch(line -> line.contains("no time"));
    assertThat(said()).contains("second").doesNotContain("\"first\"");
  }
}

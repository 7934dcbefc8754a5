package ai.stigmer.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.store.resource.ResourceStore;
import ai.stigmer.store.resource.Resources;
import ai.stigmer.store.resource.Vault;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Turns that servers take from each other over one database. */
class SessionTurnsTest {
  private static final int SERVERS = 6;

  @TempDir Path folder = Path.of("");
  private final Set<String> over = ConcurrentHashMap.newKeySet();
  private final List<ResourceStore> stores = new ArrayList<>();

  @BeforeEach
  void open() {
    for (int i = 0; i < SERVERS; i++) {
      stores.add(
          Resources.sqlite(folder.resolve("server.db"), Vault.in(folder.resolve("server.key"))));
    }
  }

  @AfterEach
  void close() {
    stores.forEach(ResourceStore::close);
  }

  private boolean take(int server, String execution) {
    return new SessionTurns(stores.get(server), InstantSource.system())
        .take("ses_1", execution, over::contains)
        .equals(execution);
  }

  @Test
  void aTurnIsKeptUntilItsExecutionIsOver() {
    assertThat(take(0, "one")).isTrue();
    assertThat(take(1, "two")).isFalse();
    assertThat(take(1, "one")).isTrue();
    over.add("one");
    assertThat(take(1, "two")).isTrue();
    assertThat(take(0, "three")).isFalse();
  }

  @Test
  void ofManyThatWantTheTurnAtOnceOneHasIt() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      String last = "";
      for (int round = 0; round < 20; round++) {
        over.add(last);
        var takes = new ArrayList<Callable<String>>();
        for (int i = 0; i < SERVERS; i++) {
          int server = i;
          String execution = round + "-" + i;
          takes.add(() -> take(server, execution) ? execution : "");
        }
        var winners = new ArrayList<String>();
        for (Future<String> one : threads.invokeAll(takes)) {
          if (!one.get().isEmpty()) {
            winners.add(one.get());
          }
        }
        assertThat(winners).hasSize(1);
        last = winners.getFirst();
      }
    }
  }

  @Test
  void whoFoundAnExecutionOverThatIsResumedMeanwhileDoesNotTakeItsTurn() {
    assertThat(take(0, "one")).isTrue();
    over.add("one");
    var turns = new SessionTurns(stores.get(1), InstantSource.system());
    String holder =
        turns.take(
            "ses_1",
            "two",
            found -> {
              boolean wasOver = over.remove(found);
              if (wasOver) {
                // Another server has it go on, between our look at the row and our change of it.
                assertThat(take(0, "one")).isTrue();
              }
              return wasOver;
            });
    assertThat(holder).isEqualTo("one");
  }
}

package ai.stigmer.testkit.journal;

import static ai.stigmer.testkit.journal.JournalContract.assertCode;
import static ai.stigmer.testkit.journal.JournalContract.entries;
import static ai.stigmer.testkit.journal.JournalContract.said;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.UserMessage;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.testkit.journal.JournalContract.Owners;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** The contract of {@link Journal} under many threads: extend it, and say how to open one. */
public abstract class ConcurrentJournalContract {
  private static final int THREADS = 16;

  /** Opens a journal without runs; the test closes it. Called once per test. */
  protected abstract Journal open(Owners owners);

  @Test
  void runsAreWrittenAtTheSameTimeWithoutGaps() throws Exception {
    try (Journal journal = open(Owners.LIVING)) {
      atOnce(
          thread -> {
            String run = "r" + thread;
            try (JournalWriter writer = journal.create(run, "me")) {
              for (int i = 0; i < 25; i++) {
                assertThat(writer.append(said(run + "/" + i))).isEqualTo(i + 1L);
              }
            }
            return run;
          });
      for (int thread = 0; thread < THREADS; thread++) {
        List<JournalEntry> expected = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
          expected.add(new UserMessage("r" + thread + "/" + i));
        }
        assertThat(entries(journal, "r" + thread)).isEqualTo(expected);
      }
      assertThat(journal.list(100)).hasSize(THREADS);
    }
  }

  @Test
  void threadsThatShareAWriterGetThePlacesOfTheirEntries() throws Exception {
    try (Journal journal = open(Owners.LIVING);
        JournalWriter writer = journal.create("r", "me")) {
      // When
      atOnce(
          thread -> {
            for (int i = 0; i < 20; i++) {
              var mine = new UserMessage(thread + "/" + i);
              long seq = writer.append(List.of(mine));
              // Then
              assertThat(journal.read("r").get((int) seq - 1).entry()).isEqualTo(mine);
            }
            return thread;
          });
      assertThat(entries(journal, "r")).hasSize(THREADS * 20).doesNotHaveDuplicates();
    }
  }

  @Test
  void aReaderSeesOnlyWholeAppendsAndNeverLessThanBefore() throws Exception {
    try (Journal journal = open(Owners.LIVING);
        JournalWriter writer = journal.create("r", "me");
        ExecutorService writing = Executors.newSingleThreadExecutor()) {
      // Given
      Future<?> written =
          writing.submit(
              () -> {
                for (int i = 0; i < 150; i++) {
                  writer.append(said("a" + i, "b" + i, "c" + i));
                }
              });
      // When
      int seen = 0;
      while (!written.isDone()) {
        List<JournalEntry> read = entries(journal, "r");
        // Then
        assertThat(read.size() % 3).isZero();
        assertThat(read).hasSizeGreaterThanOrEqualTo(seen);
        seen = read.size();
      }
      written.get();
      assertThat(entries(journal, "r")).hasSize(450);
    }
  }

  @Test
  void onlyOneOfManyCreatesARun() throws Exception {
    try (Journal journal = open(Owners.LIVING)) {
      List<Optional<JournalWriter>> won =
          atOnce(thread -> unless("E504", () -> journal.create("r", "t" + thread)));
      assertThat(won.stream().flatMap(Optional::stream)).hasSize(1);
      assertThat(journal.list(10)).hasSize(1);
    }
  }

  @Test
  void onlyOneOfManyClaimsARunWhoseOwnerGaveItBack() throws Exception {
    try (Journal journal = open(Owners.LIVING)) {
      journal.create("r", "me").close();
      List<Optional<JournalWriter>> won =
          atOnce(thread -> unless("E502", () -> journal.claim("r", "t" + thread)));
      assertThat(won.stream().flatMap(Optional::stream))
          .singleElement()
          .satisfies(writer -> assertThat(writer.epoch()).isEqualTo(2));
    }
  }

  @Test
  void ofManyWhoTookOverOnlyTheLastCanWrite() throws Exception {
    try (Journal journal = open(Owners.DEAD)) {
      // Given
      journal.create("r", "me");
      // When
      List<JournalWriter> writers = atOnce(thread -> journal.claim("r", "t" + thread));
      // Then
      assertThat(writers).extracting(JournalWriter::epoch).doesNotHaveDuplicates();
      for (JournalWriter writer : writers) {
        if (writer.epoch() == THREADS + 1) {
          writer.append(said("last"));
        } else {
          assertCode("E505", () -> writer.append(said("lost")));
        }
      }
      assertThat(entries(journal, "r")).isEqualTo(said("last"));
    }
  }

  private static Optional<JournalWriter> unless(String code, Callable<JournalWriter> call)
      throws Exception {
    try {
      return Optional.of(call.call());
    } catch (ProblemException e) {
      assertThat(e.problem().code()).isEqualTo(code);
      return Optional.empty();
    }
  }

  /** Work of one thread, which may throw. */
  @FunctionalInterface
  private interface Work<T> {
    T of(int thread) throws Exception;
  }

  private static <T> List<T> atOnce(Work<T> work) throws InterruptedException, ExecutionException {
    var start = new CountDownLatch(1);
    IntFunction<Callable<T>> task =
        thread ->
            () -> {
              start.await();
              return work.of(thread);
            };
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      var running = new ArrayList<Future<T>>();
      for (int thread = 0; thread < THREADS; thread++) {
        running.add(threads.submit(task.apply(thread)));
      }
      start.countDown();
      var results = new ArrayList<T>();
      for (Future<T> future : running) {
        results.add(future.get());
      }
      return results;
    }
  }
}

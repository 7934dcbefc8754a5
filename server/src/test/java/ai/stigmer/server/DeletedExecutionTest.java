package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ApprovalRequested;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.ollama.Answer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nobody decides or says anything where an execution was deleted; what its run did can be read. */
@Timeout(180)
class DeletedExecutionTest {
  @TempDir Path folder = Path.of("");

  private ConsoleTour asking() throws Exception {
    return ConsoleTour.of(
        folder, Answer.call("execute", "{\"command\":\"echo ran\"}"), Answer.text("It ran."));
  }

  /** A run that waits for a decision about its first call. */
  private static String begin(ConsoleTour tour) throws Exception {
    String run = tour.begin(tour.agent("Keeper", "You look after files."), "Run it");
    Await.until("it asks", () -> isListed(tour, run));
    return run;
  }

  private static boolean isListed(ConsoleTour tour, String run) throws Exception {
    return tour.http.get("/api/approvals").json().findValuesAsText("run").contains(run);
  }

  @Test
  void itIsToldToBeDeletedAndNothingIsPosted() throws Exception {
    try (ConsoleTour tour = asking()) {
      // Given
      String run = begin(tour);
      assertThat(tour.http.call("DELETE", "/api/executions/" + run, "").status()).isEqualTo(200);
      // When
      var answers =
          List.of(
              tour.http.call("POST", approval(run), "{\"decision\":\"approved\"}"),
              tour.http.get(approval(run)),
              tour.http.call("POST", "/api/runs/" + run + "/messages", "{\"text\":\"more\"}"),
              tour.http.call("POST", "/api/runs/" + run + "/cancel", ""),
              tour.http.call("POST", "/api/runs/" + run + "/resume", ""));
      // Then
      for (TestingClient.Answer answer : answers) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(404);
        assertThat(answer.json().path("code").asText()).isEqualTo("E560");
        assertThat(answer.json().path("detail").asText()).contains(run, "was deleted");
      }
      assertThat(isListed(tour, run)).isFalse();
      Journal journal = tour.server.journal();
      assertThat(new ApprovalDesk(journal).find(run + ".1").verdict()).isEmpty();
      assertThat(journal.inbox().find(run, Post.Message.topic(1))).isEmpty();
      assertThat(tour.http.get("/api/runs/" + run + "/entries").text()).contains("echo ran");
    }
  }

  @Test
  void aCallOfItThatIsStillOpenIsNotListed() throws Exception {
    try (ConsoleTour tour = asking()) {
      String run = begin(tour);

      // As where its run was not told to end before it was gone.
      var _ = tour.server.shelves().executions().delete(run);

      assertThat(new ApprovalDesk(tour.server.journal()).find(run + ".1").standing())
          .isEqualTo(ApprovalDesk.Standing.OPEN);
      assertThat(isListed(tour, run)).isFalse();
    }
  }

  @Test
  void aRunThatNoExecutionStandsBehindIsDecidedAbout() throws Exception {
    try (ConsoleTour tour = asking()) {
      // Given
      String id = "20261122-150000-abcd";
      Journal journal = tour.server.journal();
      List<JournalEntry> entries =
          journal.read(begin(tour)).stream().map(Recorded::entry).map(one -> of(id, one)).toList();
      try (JournalWriter writer = journal.create(id, "owner")) {
        writer.append(entries);
      }
      assertThat(isListed(tour, id)).isTrue();
      // When
      var decided = tour.http.call("POST", approval(id), "{\"decision\":\"approved\"}");
      var said = tour.http.call("POST", "/api/runs/" + id + "/messages", "{\"text\":\"more\"}");
      var cancelled = tour.http.call("POST", "/api/runs/" + id + "/cancel", "");
      // Then
      assertThat(List.of(decided.status(), said.status(), cancelled.status())).containsOnly(200);
      assertThat(new ApprovalDesk(journal).find(id + ".1").verdict()).isPresent();
    }
  }

  /** An entry as another run would have it. */
  private static JournalEntry of(String run, JournalEntry entry) {
    return entry instanceof ApprovalRequested(ApprovalRequest asked)
        ? new ApprovalRequested(
            new ApprovalRequest(
                run + ".1",
                asked.question(),
                asked.callId(),
                asked.call(),
                asked.scope(),
                asked.why()))
        : entry;
  }

  private static String approval(String run) {
    return "/api/approvals/" + run + ".1";
  }
}

package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.Answer.Call;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that wait are decided by other processes than the one that asked. */
class ApprovalProcessTest {
  private static final int DECIDERS = 8;

  @TempDir Path folder = Path.of("");

  @Test
  void aRunWaitsIsApprovedFromAnotherProcessAndGoesOn() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, ApprovalProcessTest::oneCommand)) {
      // Given
      Ended waiting = waiting(run);
      assertThat(waiting.status()).as(waiting.err()).isEqualTo(7);
      assertThat(waiting.err()).contains("E410", "stigmer approvals approve", "stigmer resume");
      Ended listed = run.stigmer().run("approvals", "list");
      assertThat(listed.out()).contains(".1 ", "waits", "execute echo ran >> log");
      assertThat(run.stigmer().run("sessions", "list").out()).contains("waiting");
      // When
      Ended approved = run.stigmer().run("approvals", "approve", "last");
      // Then
      assertThat(approved.status()).as(approved.err()).isZero();
      assertThat(approved.out()).contains(".1 approved: execute echo ran >> log");
      assertThat(run.workspace().resolve("log")).doesNotExist();
      Ended resumed = run.resume();
      assertThat(resumed.status()).as(resumed.err()).isZero();
      assertThat(run.workspace().resolve("log")).hasContent("ran");
      assertThat(run.stigmer().run("sessions", "show", "last").out())
          .contains("may this run?", ".1 approved, by ");
      assertThat(run.stigmer().run("approvals", "list").out()).isEmpty();
    }
  }

  @Test
  void anEditIsRunInThePlaceOfTheCommandAndADenialHasItsReason() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, ApprovalProcessTest::oneCommand)) {
      waiting(run);
      run.stigmer()
          .run("approvals", "approve", "last", "--edit", "{\"command\":\"echo other >> log\"}");
      assertThat(run.resume().status()).isZero();
      assertThat(run.workspace().resolve("log")).hasContent("other");
      assertThat(run.lastToolAnswer()).contains("changed the arguments");
    }
  }

  @Test
  void callsOfOneTurnAreListedTogetherAndDecidedInOneVisit() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, ApprovalProcessTest::twoCommands)) {
      // Given
      Ended waiting = waiting(run);
      assertThat(waiting.err()).contains("another call waits as well: stigmer approvals list");
      Ended listed = run.stigmer().run("approvals", "list");
      assertThat(listed.out()).contains(".1 ", "echo one", ".2 ", "echo two");
      assertThat(run.stigmer().run("approvals", "approve", "last.1", "last.9").err())
          .contains("E411");
      // When
      Ended approved = run.stigmer().run("approvals", "approve", "last.1", "last.2");
      // Then
      assertThat(approved.out()).contains(".1 approved: ", ".2 approved: ");
      assertThat(run.resume().status()).isZero();
      assertThat(run.workspace().resolve("log")).hasContent("one\ntwo");
    }
  }

  @Test
  void anEditedCallIsShownAsItIsRun() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, ApprovalProcessTest::oneCommand)) {
      waiting(run);
      Ended edited =
          run.stigmer()
              .run("approvals", "approve", "last", "--edit", "{\"command\":\"echo other >> log\"}");
      assertThat(edited.out()).contains(": execute echo other >> log");
      assertThat(run.resume().err()).contains("execute echo other >> log").doesNotContain("ran");
      assertThat(run.stigmer().run("approvals", "list", "--all").out())
          .contains("execute echo other >> log");
    }
  }

  @Test
  void ofEightProcessesThatDecideAtOnceOneWinsAndTheOthersAreToldWho() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, ApprovalProcessTest::oneCommand)) {
      // Given
      waiting(run);
      // When
      var deciders = new ArrayList<StigmerProcess.Running>();
      for (int i = 0; i < DECIDERS; i++) {
        deciders.add(
            i % 2 == 0
                ? run.stigmer().start("approvals", "approve", "last.1")
                : run.stigmer().start("approvals", "deny", "last.1", "--reason", "no " + i));
      }
      List<Ended> ended = deciders.stream().map(StigmerProcess.Running::await).toList();
      // Then
      Stream<Ended> won = ended.stream().filter(one -> one.status() == 0);
      assertThat(won).as(ended.toString()).hasSize(1);
      assertThat(ended.stream().filter(one -> one.status() != 0))
          .allSatisfy(one -> assertThat(one.err()).contains("E412", "was decided already", "by "));
    }
  }

  @Test
  void whatCannotBeDecidedIsSaidInWords() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, ApprovalProcessTest::oneCommand)) {
      waiting(run);
      assertRefused(run, "E411", "approve", "last.9");
      assertRefused(run, "E513", "approve", "nosuchrun.1");
      assertRefused(run, "E415", "settle", "last", "happened");
      assertRefused(run, "E416", "approve", "last", "--edit", "[]");
      run.stigmer().run("approvals", "deny", "last");
      run.resume();
      assertRefused(run, "E412", "approve", "last.1");
      assertRefused(run, "E411", "approve", "last");
    }
  }

  @Test
  void aCommandWhoseOutcomeWasLostIsSettledByWhoeverLooked() throws Exception {
    try (WorkingRun run = new WorkingRun(folder, ApprovalProcessTest::oneCommand)) {
      // Given: start, turn, intent are durable; the command has run; its outcome is not.
      var line = new ArrayList<>(List.of("before:4"));
      line.addAll(List.of(run.command()));
      run.stigmer().withMain(KillingMain.class.getName()).run(line.toArray(String[]::new));
      assertThat(run.workspace().resolve("log")).hasContent("ran");
      // When
      Ended failed = run.stigmer().run("resume", "last", "--unknown", "fail");
      Ended asked =
          run.stigmer().run("resume", "last", "--unknown", "ask", "--when-absent", "wait");
      // Then
      assertThat(failed.err()).contains("E417", "--unknown ask");
      assertThat(asked.status()).as(asked.err()).isEqualTo(7);
      assertThat(asked.err()).contains("did execute take effect?", "stigmer approvals settle");
      assertThat(run.stigmer().run("approvals", "settle", "last", "happened").status()).isZero();
      Ended resumed = run.stigmer().run("resume", "last", "--unknown", "ask");
      assertThat(resumed.status()).as(resumed.err()).isZero();
      assertThat(run.workspace().resolve("log")).hasContent("ran");
      assertThat(run.lastToolAnswer()).contains("it took effect");
    }
  }

  private static void assertRefused(WorkingRun run, String code, String... words) {
    var line = new ArrayList<>(List.of("approvals"));
    line.addAll(List.of(words));
    Ended ended = run.stigmer().run(line.toArray(String[]::new));
    assertThat(ended.status()).isNotZero();
    assertThat(ended.err()).contains(code);
  }

  private static Ended waiting(WorkingRun run) {
    return run.stigmer()
        .with("STIGMER_APPROVALS_WHEN_ABSENT", "wait")
        .run(
            Stream.of(run.command())
                .filter(word -> !word.equals("--allow-shell"))
                .toArray(String[]::new));
  }

  private static Answer twoCommands(JsonNode body) {
    return WorkingRun.assistants(body) == 0
        ? Answer.empty()
            .andCalls(
                Call.bare("execute", "{\"command\":\"echo one >> log\"}"),
                Call.bare("execute", "{\"command\":\"echo two >> log\"}"))
        : Answer.text("done");
  }

  private static Answer oneCommand(JsonNode body) {
    return WorkingRun.assistants(body) == 0
        ? WorkingRun.call("execute", "command", "echo ran >> log")
        : Answer.text("done");
  }
}

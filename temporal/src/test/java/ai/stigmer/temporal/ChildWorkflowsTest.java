package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.RunIds;
import ai.stigmer.graphton.budget.Budget;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry.ChildFinished;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalEntry.RunResumed;
import ai.stigmer.graphton.loop.ApprovalDesk.Shown;
import ai.stigmer.runner.RunPermissions;
import ai.stigmer.temporal.RunOutcome.Kind;
import ai.stigmer.testkit.Await;
import io.temporal.api.enums.v1.EventType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sub-agents with workflows of their own, on the real server. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChildWorkflowsTest {
  private static final RunPermissions COMMANDS = RunPermissions.DEFAULT.allowingCommands();

  /** Of a sub-agent in a tree that comes to a limit; some are done by then. */
  private static final List<Kind> ENDS = List.of(Kind.COMPLETED, Kind.STOPPED, Kind.CANCELLED);

  private Server server;
  private Path folder = Path.of("");
  private String run = "";
  private Site site;

  @BeforeAll
  void start(@TempDir Path serverFolder) {
    server = Server.real(serverFolder);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @BeforeEach
  void open(@TempDir Path fresh) {
    folder = fresh;
    run = RunIds.next(Instant.now());
    site = new Site(folder);
  }

  @AfterEach
  void close() {
    site.close();
  }

  private Temporal worker(int places) {
    return new Temporal(server, site.process(), folder, Duration.ofMinutes(1), places);
  }

  @Test
  void eachSubAgentHasAWorkflowAndItsParentTakesNoPlaceWhileItWaits() throws Exception {
    try (Temporal temporal = worker(1);
        Family family =
            new Family(
                site, run, List.of("echo TASK >> log; sleep 0.2"), "alpha", "beta", "gamma")) {
      family.begin(temporal.process(), COMMANDS, Budget.UNLIMITED);
      // When
      temporal.engine().start(run);
      // Then
      assertThat(site.end(run))
          .isEqualTo(new RunEnd.Completed("[alpha is done][beta is done][gamma is done]"));
      assertThat(temporal.engine().result(run).kind()).isEqualTo(Kind.COMPLETED);
      assertThat(site.lines(run, "log")).containsExactlyInAnyOrder("alpha", "beta", "gamma");
      assertThat(family.children()).hasSize(3);
      assertThat(family.asked()).isEqualTo(2 + 3 * 2);
      assertThat(family.count(run, ChildFinished.class)).isEqualTo(3);
      for (String child : family.children()) {
        assertThat(temporal.engine().result(child))
            .isEqualTo(new RunOutcome(Kind.COMPLETED, "", 2));
        assertThat(temporal.history(child).getEventsCount()).isLessThan(20);
        temporal.replays(child, "sub-agent");
      }
      assertThat(temporal.history(run).toString())
          .containsAnyOf(family.children().toArray(String[]::new))
          .doesNotContain("is done", "alpha");
      assertThat(temporal.history(run).getEventsCount()).isLessThan(60);
      temporal.replays(run, "parent");
    }
  }

  @Test
  void aSubAgentsApprovalWaitsWithoutAnyPlaceAndGoesOnWhenTheRunAboveIsTold() {
    try (Temporal temporal = worker(1);
        Family family = new Family(site, run, List.of("echo TASK >> log"), "alpha", "beta")) {
      family.begin(temporal.process(), RunPermissions.DEFAULT, Budget.UNLIMITED);
      temporal.engine().start(run);
      Await.until("the sub-agents", () -> family.children().size() == 2);
      List<Shown> asked = family.children().stream().map(site::approval).toList();
      Await.until("the run waits", () -> isWaiting(temporal, run));
      long drives = family.count(run, RunResumed.class);
      // When
      asked.forEach(one -> site.approve(one.request().id()));
      temporal.engine().wake(run);
      // Then: it is driven for that word, and for the end of each sub-agent at most
      assertThat(site.end(run)).isEqualTo(new RunEnd.Completed("[alpha is done][beta is done]"));
      assertThat(family.count(run, RunResumed.class)).isLessThanOrEqualTo(drives + 3);
      assertThat(site.lines(run, "log")).containsExactlyInAnyOrder("alpha", "beta");
      assertThat(family.asked()).isEqualTo(2 + 2 * 2);
    }
  }

  @Test
  void aWordOfWhichNobodyWasToldReachesTheWorkflowOfTheSubAgent() {
    try (Temporal temporal = worker(2);
        Family family = new Family(site, run, List.of("echo TASK >> log"), "alpha")) {
      family.begin(temporal.process(), RunPermissions.DEFAULT, Budget.UNLIMITED);
      temporal.engine().start(run);
      Await.until("the sub-agent", () -> family.children().size() == 1);
      String child = family.children().getFirst();
      String approval = site.approval(child).request().id();
      Await.until("waiting", () -> isWaiting(temporal, child) && isWaiting(temporal, run));
      long before = signals(temporal, child);
      // When
      site.approve(approval);
      temporal.remind(Duration.ofMinutes(1));
      // Then
      assertThat(signals(temporal, child)).isGreaterThan(before);
      assertThat(site.end(run)).isEqualTo(new RunEnd.Completed("[alpha is done]"));
    }
  }

  private static boolean isWaiting(Temporal temporal, String runId) {
    return temporal.engine().state(runId).filter(at -> at.phase().equals("WAITING")).isPresent();
  }

  private static long signals(Temporal temporal, String runId) {
    return temporal.history(runId).getEventsList().stream()
        .filter(event -> event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)
        .count();
  }

  @Test
  void subAgentsOfSubAgentsHaveWorkflowsTooAndAWordForOneReachesItFromTheTop() {
    try (Temporal temporal = worker(1);
        Family family =
            new Family(site, run, List.of("echo TASK >> log"), Family.TEAM + "alpha beta")) {
      family.begin(
          temporal.process(),
          RunPermissions.DEFAULT,
          Budget.UNLIMITED.withModelCalls(8).withDepth(2));
      temporal.engine().start(run);
      Await.until("the team", () -> family.children().size() == 1);
      String team = family.children().getFirst();
      Await.until("its members", () -> family.childrenOf(team).size() == 2);
      List<Shown> asked = family.childrenOf(team).stream().map(site::approval).toList();
      // When
      asked.forEach(one -> site.approve(one.request().id()));
      temporal.engine().wake(run);
      // Then
      assertThat(site.end(run)).isEqualTo(new RunEnd.Completed("[[alpha is done][beta is done]]"));
      assertThat(family.asked()).isEqualTo(2 + 2 + 2 * 2);
      assertThat(temporal.engine().result(team).kind()).isEqualTo(Kind.COMPLETED);
    }
  }

  @Test
  void aCancelOfTheParentReachesWorkingAndWaitingSubAgentsAndAResumptionGoesOnAtTheirSteps() {
    try (Temporal temporal = worker(4);
        Family family =
            new Family(
                site,
                run,
                List.of("echo TASK >> log", "test -f go || (touch began-TASK; sleep 600)"),
                "alpha",
                "beta")) {
      family.begin(temporal.process(), COMMANDS, Budget.UNLIMITED);
      temporal.engine().start(run);
      Await.until("the commands", () -> !site.lines(run, "log").isEmpty());
      Await.until(
          "both commands",
          () ->
              List.of("alpha", "beta").stream()
                  .allMatch(
                      task -> site.workspace(run).resolve("began-" + task).toFile().exists()));
      // When
      temporal.engine().cancel(run);
      // Then
      assertThat(site.end(run)).isInstanceOf(RunEnd.Cancelled.class);
      for (String child : family.children()) {
        assertThat(site.end(child)).isInstanceOf(RunEnd.Cancelled.class);
        assertThat(temporal.engine().result(child).kind()).isEqualTo(Kind.CANCELLED);
      }
      // When
      assertThat(site.workspace(run).resolve("go").toFile().mkdir()).isTrue();
      site.steering().resume(run, "test");
      temporal.engine().start(run);
      // Then
      Await.until("the second end", () -> family.count(run, RunFinished.class) == 2);
      assertThat(site.end(run)).isEqualTo(new RunEnd.Completed("[alpha is done][beta is done]"));
      assertThat(site.lines(run, "log")).containsExactlyInAnyOrder("alpha", "beta");
      assertThat(family.turns(family.children())).isEqualTo(2 * 3);
    }
  }

  @Test
  void aCancelOfTheParentEndsSubAgentsThatWaitForAnApproval() {
    try (Temporal temporal = worker(1);
        Family family = new Family(site, run, List.of("echo TASK >> log"), "alpha", "beta")) {
      family.begin(temporal.process(), RunPermissions.DEFAULT, Budget.UNLIMITED);
      temporal.engine().start(run);
      Await.until("the sub-agents", () -> family.children().size() == 2);
      Await.until(
          "all waiting",
          () -> family.children().stream().allMatch(child -> isWaiting(temporal, child)));
      // When
      temporal.engine().cancel(run);
      // Then
      assertThat(site.end(run)).isInstanceOf(RunEnd.Cancelled.class);
      for (String child : family.children()) {
        assertThat(site.end(child)).isInstanceOf(RunEnd.Cancelled.class);
        assertThat(temporal.engine().result(child).kind()).isEqualTo(Kind.CANCELLED);
      }
      assertThat(site.lines(run, "log")).isEmpty();
    }
  }

  @Test
  void aBudgetOfTheTreeHoldsThoughSubAgentsAskAtTheSameTimeOnSeveralWorkers() {
    try (Temporal first = worker(2);
        Temporal _ = worker(2);
        Family family =
            new Family(
                site,
                run,
                List.of("echo TASK >> log", "true", "true", "true"),
                "alpha",
                "beta",
                "gamma",
                "delta")) {
      family.begin(first.process(), COMMANDS, Budget.UNLIMITED.withModelCalls(8));
      // When
      first.engine().start(run);
      // Then
      assertThat(site.end(run))
          .isInstanceOfSatisfying(
              RunEnd.Stopped.class,
              end -> assertThat(end.limit()).isEqualTo(RunEnd.Limit.MODEL_CALLS));
      for (String child : family.children()) {
        assertThat(first.engine().result(child).kind()).isIn(ENDS);
      }
      assertThat(family.turns()).isEqualTo(8);
    }
  }

  /**
   * What an answer takes is what it may take, so that many that ask at once would pass the limit.
   */
  @Test
  void aBudgetOfTokensHoldsOnSeveralWorkersAsWell() {
    int most = 12_000;
    try (Temporal first = worker(2);
        Temporal _ = worker(2);
        Family family =
            new Family(
                site, run, List.of("true", "true", "true", "true"), "alpha", "beta", "gamma")) {
      family.begin(first.process(), COMMANDS, Budget.UNLIMITED.withTokens(most));
      // When
      first.engine().start(run);
      // Then
      assertThat(site.end(run))
          .isInstanceOfSatisfying(
              RunEnd.Stopped.class, end -> assertThat(end.limit()).isEqualTo(RunEnd.Limit.TOKENS));
      for (String child : family.children()) {
        assertThat(first.engine().result(child).kind()).isIn(ENDS);
      }
      assertThat(family.turns() * Family.TOKENS).isBetween(most / 4L, (long) most);
    }
  }

  @Test
  void aBudgetOfToolCallsHoldsOnSeveralWorkersAsWellWithThoseUnderWay() {
    try (Temporal first = worker(2);
        Temporal _ = worker(2);
        Family family =
            new Family(
                site,
                run,
                List.of("echo TASK >> log", "echo TASK >> log", "echo TASK >> log"),
                "alpha",
                "beta",
                "gamma",
                "delta")) {
      // Four of them hand out the tasks.
      family.begin(first.process(), COMMANDS, Budget.UNLIMITED.withToolCalls(4 + 6));
      // When
      first.engine().start(run);
      // Then
      assertThat(site.end(run))
          .isInstanceOfSatisfying(
              RunEnd.Stopped.class,
              end -> assertThat(end.limit()).isEqualTo(RunEnd.Limit.TOOL_CALLS));
      for (String child : family.children()) {
        assertThat(first.engine().result(child).kind()).isIn(ENDS);
      }
      assertThat(site.lines(run, "log")).hasSizeBetween(1, 6);
    }
  }

  @Test
  void aSubAgentWhoseWorkflowSomebodyEndsAtWorkIsDrivenByTheWorkerOfItsParent() throws Exception {
    try (Temporal temporal = worker(2);
        Family family =
            new Family(
                site,
                run,
                List.of("test -e go || (touch began; sleep 600)", "echo TASK >> log"),
                "alpha")) {
      family.begin(temporal.process(), COMMANDS, Budget.UNLIMITED);
      temporal.engine().start(run);
      Await.until("the command", () -> Files.exists(site.workspace(run).resolve("began")));
      Files.createFile(site.workspace(run).resolve("go"));
      Await.until("the run waits", () -> isWaiting(temporal, run));
      // When
      temporal.terminate(family.children().getFirst());
      // Then
      assertThat(site.end(run)).isEqualTo(new RunEnd.Completed("[alpha is done]"));
      assertThat(site.lines(run, "log")).containsExactly("alpha");
      assertThat(family.turns()).isEqualTo(2 + 3);
    }
  }

  @Test
  void aDamagedSubAgentEndsItsWorkflowAndThoseOfTheRunsAboveIt() {
    try (Temporal temporal = worker(2);
        Family family = new Family(site, run, List.of("echo TASK >> log"), Family.TEAM + "alpha")) {
      family.begin(temporal.process(), RunPermissions.DEFAULT, Budget.UNLIMITED.withDepth(2));
      temporal.engine().start(run);
      Await.until("the team", () -> family.children().size() == 1);
      String team = family.children().getFirst();
      Await.until("its member", () -> family.childrenOf(team).size() == 1);
      String member = family.childrenOf(team).getFirst();
      String approval = site.approval(member).request().id();
      Await.until(
          "all waiting",
          () -> List.of(run, team, member).stream().allMatch(one -> isWaiting(temporal, one)));
      // When
      site.approve(approval);
      site.damage(member);
      assertThat(ChildWorkflows.isTold(temporal.client(), member)).isTrue();
      // Then
      for (String one : List.of(member, team, run)) {
        assertThat(temporal.engine().result(one)).isEqualTo(new RunOutcome(Kind.FAILED, "E503", 0));
        assertThat(temporal.engine().givenUp(one).orElseThrow().message()).contains("E503");
      }
      assertThat(temporal.troubles()).containsOnly("E503");
    }
  }
}

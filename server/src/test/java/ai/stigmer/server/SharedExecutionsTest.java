package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionSpec;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalEntry.ChildStarted;
import ai.stigmer.graphton.journal.JournalEntry.RunFinished;
import ai.stigmer.graphton.journal.JournalEntry.RunResumed;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.journal.Post;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.runner.Engine;
import ai.stigmer.runner.snapshot.KeptWorkspaces;
import ai.stigmer.server.http.Ready;
import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers over one database, and what they ask of workers, whose part the test plays. */
@Timeout(180)
class SharedExecutionsTest {
  @TempDir Path folder = Path.of("");

  /** What was asked of the workers, and what they did, in order. */
  private final List<String> story = new CopyOnWriteArrayList<>();

  /** What the workers do not know any more. */
  private final Set<String> forgotten = ConcurrentHashMap.newKeySet();

  /** What the workers have tried to drive, and cannot. */
  private final Set<String> givenUp = ConcurrentHashMap.newKeySet();

  /** What the servers log. */
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private final List<AutoCloseable> open = new ArrayList<>();
  private FakeOllama ollama;
  private Backend first;
  private Backend second;
  private Agent agent;

  @BeforeEach
  void open() throws IOException {
    Files.createDirectories(folder.resolve("home"));
    ollama =
        FakeOllama.start(
            Scenario.of(Answer.text("never asked"))
                .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
    open.add(ollama);
    first = server(InstantSource.system());
    second = server(InstantSource.system());
    agent = first.shelves().agents().create(ExecutionTest.agent());
  }

  private Backend server(InstantSource clock) {
    return server(clock, Optional.empty());
  }

  private Backend server(InstantSource clock, Optional<KeptWorkspaces> kept) {
    var log =
        new ServerLog(new PrintStream(said, true, StandardCharsets.UTF_8), InstantSource.system());
    Backend backend =
        Backend.open(
            TestingServer.options(folder, Map.of("OLLAMA_BASE_URL", ollama.baseUrl())),
            new Driving.Elsewhere(Workers::new, kept),
            log,
            clock);
    open.addFirst(backend);
    backend.executions().pickUp();
    return backend;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  /** Write down what they are asked. */
  private final class Workers implements Engine {
    @Override
    public void start(String runId) {
      if (!story.contains("start " + runId)) {
        story.add("start " + runId);
      } else if (forgotten.remove(runId)) {
        story.add("start anew " + runId);
      }
    }

    @Override
    public Optional<Problem> givenUp(String runId) {
      return givenUp.contains(runId)
          ? Optional.of(Problem.of("E593", Problem.Category.RUN, "no worker could"))
          : Optional.empty();
    }

    @Override
    public boolean isForgotten(String runId) {
      return forgotten.contains(runId);
    }

    @Override
    public void wake(String runId) {
      story.add("wake " + runId);
    }

    @Override
    public void cancel(String runId) {
      story.add("cancel " + runId);
    }

    @Override
    public void close() {}
  }

  private static String id(AgentExecution execution) {
    return execution.getMetadata().getId();
  }

  private AgentExecution make(Backend server, String session) {
    AgentExecution asked = ExecutionTest.execution(agent, "go");
    AgentExecutionSpec.Builder spec = asked.getSpec().toBuilder();
    return server
        .executions()
        .create(
            asked.toBuilder()
                .setSpec(session.isEmpty() ? spec : spec.clearAgentId().setSessionId(session))
                .build());
  }

  private AgentExecution started(Backend server) {
    AgentExecution made = make(server, "");
    until("start " + id(made), () -> story.contains("start " + id(made)));
    return made;
  }

  /** A worker drives a run that far, once no server has it that was about to begin it as well. */
  private void append(String run, JournalEntry... entries) {
    until(
        "a run that nobody holds",
        () -> {
          try (JournalWriter writer = first.journal().claim(run, "a worker")) {
            writer.append(List.of(entries));
            return true;
          } catch (ProblemException e) {
            assertThat(e.problem().code()).isEqualTo("E502");
            return false;
          }
        });
  }

  private void end(AgentExecution execution, RunEnd end) {
    story.add("end " + id(execution));
    append(id(execution), new RunResumed("a worker"), new RunFinished(end));
  }

  private static ExecutionPhase phase(Backend server, AgentExecution execution) {
    return server.executions().get(id(execution)).getStatus().getPhase();
  }

  /** Looks until it is so; a look at what was stored may meet the other server's change of it. */
  private static void until(String what, BooleanSupplier seen) {
    Await.until(
        what,
        () -> {
          try {
            return seen.getAsBoolean();
          } catch (ProblemException e) {
            assertThat(e.problem().code()).as(what).isEqualTo("E551");
            return false;
          }
        });
  }

  @Test
  void executionsOfASessionAreHandedOverOneAfterTheOtherWhicheverServerTheyWereMadeAt() {
    // Given
    AgentExecution one = started(first);
    AgentExecution two = make(second, one.getSpec().getSessionId());
    AgentExecution three = make(first, one.getSpec().getSessionId());
    AgentExecution other = started(second);
    // When
    end(one, new RunEnd.Completed("1"));
    until("the second", () -> story.contains("start " + id(two)));
    end(two, new RunEnd.Completed("2"));
    until("the third", () -> story.contains("start " + id(three)));
    // Then
    assertThat(story)
        .containsExactly(
            "start " + id(one),
            "start " + id(other),
            "end " + id(one),
            "start " + id(two),
            "end " + id(two),
            "start " + id(three));
  }

  @Test
  void anExecutionOfAServerWhoseClockIsBehindWaitsForTheOneThatIsUnderWay() {
    // Given
    Backend behind =
        server(InstantSource.offset(InstantSource.system(), Duration.ofHours(1).negated()));
    AgentExecution one = started(first);
    AgentExecution two = make(behind, one.getSpec().getSessionId());
    assertThat(id(two)).as("the order of their names").isLessThan(id(one));
    AgentExecution other = started(behind);
    // When
    end(one, new RunEnd.Completed("1"));
    until("the second", () -> story.contains("start " + id(two)));
    // Then
    assertThat(story)
        .containsExactly(
            "start " + id(one), "start " + id(other), "end " + id(one), "start " + id(two));
  }

  @Test
  void anExecutionThatWasCancelledAtOneServerBeforeItsTurnIsNotHandedOverByTheOther()
      throws Exception {
    // Given
    AgentExecution one = started(first);
    AgentExecution two = make(first, one.getSpec().getSessionId());
    AgentExecution three = make(first, one.getSpec().getSessionId());
    // When
    var _ =
        second
            .executions()
            .report(
                id(two),
                AgentExecutionStatus.newBuilder()
                    .setPhase(ExecutionPhase.EXECUTION_CANCELLED)
                    .build());
    // The other one alone goes on from here.
    open.remove(second);
    second.close();
    end(one, new RunEnd.Completed("1"));
    until("the third", () -> story.contains("start " + id(three)));
    // Then
    assertThat(story).doesNotContain("start " + id(two));
    assertThat(phase(first, two)).isEqualTo(ExecutionPhase.EXECUTION_CANCELLED);
    until("work", () -> phase(first, three) == ExecutionPhase.EXECUTION_IN_PROGRESS);
  }

  @Test
  void anExecutionThatHasEndedIsGoneOnWithAndTheOldEndIsNotTakenForTheNewOne() {
    // Given
    AgentExecution one = started(first);
    end(one, new RunEnd.Cancelled("half"));
    for (Backend server : List.of(first, second)) {
      until("its end", () -> phase(server, one) == ExecutionPhase.EXECUTION_CANCELLED);
    }
    story.clear();
    // When
    var _ = second.executions().resume(id(one));
    // Then
    until("start", () -> story.contains("start " + id(one)));
    AgentExecution other = started(first);
    for (Backend server : List.of(first, second)) {
      assertThat(phase(server, one)).isEqualTo(ExecutionPhase.EXECUTION_IN_PROGRESS);
    }
    end(one, new RunEnd.Completed("whole"));
    for (Backend server : List.of(first, second)) {
      until("its new end", () -> phase(server, one) == ExecutionPhase.EXECUTION_COMPLETED);
    }
    assertThat(phase(first, other)).isEqualTo(ExecutionPhase.EXECUTION_IN_PROGRESS);
  }

  /** One that has ended and is gone on with behind another one of its session, which works. */
  private Resumed resumedBehindAnother() {
    AgentExecution one = started(first);
    end(one, new RunEnd.Cancelled("half"));
    for (Backend server : List.of(first, second)) {
      until("its end", () -> server.executions().underWay() == 0);
    }
    AgentExecution two = make(first, one.getSpec().getSessionId());
    until("the second", () -> story.contains("start " + id(two)));
    story.clear();
    var _ = first.executions().resume(id(one));
    return new Resumed(one, two);
  }

  private record Resumed(AgentExecution resumed, AgentExecution working) {}

  @Test
  void oneThatIsResumedAndCancelledBeforeItsTurnIsNotGoneOnWith() {
    // Given
    Resumed session = resumedBehindAnother();
    AgentExecution one = session.resumed();
    // When
    cancel(second, one);
    // Then
    until("a worker that writes its end", () -> story.contains("wake " + id(one)));
    assertThat(new SteeringDesk(first.journal()).isCancelAsked(id(one))).isTrue();
    end(session.working(), new RunEnd.Completed("2"));
    AgentExecution three = make(first, one.getSpec().getSessionId());
    until("the third", () -> story.contains("start " + id(three)));
    assertThat(story).doesNotContain("start " + id(one));
    for (Backend server : List.of(first, second)) {
      assertThat(phase(server, one)).isEqualTo(ExecutionPhase.EXECUTION_CANCELLED);
    }
  }

  @Test
  void oneThatHasCompletedHasNothingToGoOnWithAndKeepsNobodyWaiting() {
    // Given
    AgentExecution one = started(first);
    end(one, new RunEnd.Completed("1"));
    until("its end", () -> phase(first, one) == ExecutionPhase.EXECUTION_COMPLETED);
    // When
    var _ = first.executions().resume(id(one));
    AgentExecution two = make(second, one.getSpec().getSessionId());
    // Then
    until("the second", () -> story.contains("start " + id(two)));
    for (Backend server : List.of(first, second)) {
      until("its end", () -> phase(server, one) == ExecutionPhase.EXECUTION_COMPLETED);
    }
  }

  @Test
  void whoeverResumesOneTwiceHasItWaitForItsTurnAllTheSame() {
    // Given
    Resumed session = resumedBehindAnother();
    AgentExecution one = session.resumed();
    // When
    var _ = first.executions().resume(id(one));
    var _ = second.executions().resume(id(one));
    AgentExecution _ = started(second);
    // Then
    assertThat(story).doesNotContain("start " + id(one), "wake " + id(one));
    end(session.working(), new RunEnd.Completed("2"));
    until("its turn", () -> story.contains("start " + id(one)));
  }

  private static void cancel(Backend server, AgentExecution execution) {
    var _ =
        server
            .executions()
            .report(
                id(execution),
                AgentExecutionStatus.newBuilder()
                    .setPhase(ExecutionPhase.EXECUTION_CANCELLED)
                    .build());
  }

  @Test
  void oneThatWasCancelledAndCannotBeDrivenToItsEndKeepsNobodyOfItsSessionWaiting() {
    // Given
    AgentExecution one = started(first);
    AgentExecution two = make(first, one.getSpec().getSessionId());
    append(id(one), new RunResumed("a worker"));
    cancel(first, one);
    until("a worker that writes its end", () -> story.contains("wake " + id(one)));
    assertThat(story).doesNotContain("start " + id(two));
    // When
    givenUp.add(id(one));
    // Then
    until("the second", () -> story.contains("start " + id(two)));
    assertThat(new SteeringDesk(first.journal()).isCancelAsked(id(one))).isTrue();
  }

  @Test
  void oneThatWasDeletedAndCannotBeDrivenToItsEndKeepsNobodyOfItsSessionWaiting() {
    // Given
    AgentExecution one = started(first);
    AgentExecution two = make(second, one.getSpec().getSessionId());
    append(id(one), new RunResumed("a worker"));
    // When
    var _ = first.executions().delete(id(one));
    until("a worker that writes its end", () -> story.contains("wake " + id(one)));
    givenUp.add(id(one));
    // Then
    until("the second", () -> story.contains("start " + id(two)));
  }

  @Test
  void oneThatIsResumedAndThatNoWorkerCanDriveFailsAtEveryServer() {
    // Given
    AgentExecution one = started(first);
    end(one, new RunEnd.Cancelled("half"));
    for (Backend server : List.of(first, second)) {
      until("its end", () -> server.executions().underWay() == 0);
    }
    var _ = first.executions().resume(id(one));
    // When
    givenUp.add(id(one));
    // Then
    for (Backend server : List.of(first, second)) {
      until("its failure", () -> phase(server, one) == ExecutionPhase.EXECUTION_FAILED);
      assertThat(server.executions().get(id(one)).getStatus().getError()).contains("E593");
    }
  }

  @Test
  void anExecutionWaitsForAStoreOfWorkspacesThatIsAwayAndReadinessSaysSo() throws Exception {
    // Given
    Path store = folder.resolve("store");
    oneServerWith(store);
    AgentExecution one = started(first);
    end(one, new RunEnd.Completed("1"));
    Ready ready = first.ready(TestingServer.options(folder, Map.of()));
    assertThat(problems(ready)).isEmpty();
    // When
    Path away = Files.move(store, folder.resolve("away"));
    AgentExecution two = make(first, one.getSpec().getSessionId());
    until("a try", () -> said.toString(StandardCharsets.UTF_8).contains("execution.later"));
    // Then
    assertThat(phase(first, two)).isEqualTo(ExecutionPhase.EXECUTION_PENDING);
    assertThat(problems(ready)).containsExactly("workspaces E594");
    assertThat(ready.status()).isEqualTo("degraded");
    Files.move(away, store);
    until("its begin", () -> story.contains("start " + id(two)));
    assertThat(problems(ready)).isEmpty();
  }

  @Test
  void anExecutionWhoseWorkspaceIsLostFailsWithWhatToDoAndGoesOnOnceItIsBack() throws Exception {
    // Given
    Path store = folder.resolve("store");
    oneServerWith(store);
    AgentExecution one = started(first);
    end(one, new RunEnd.Completed("1"));
    Path objects = store.resolve("objects");
    Path backup = Files.move(objects, folder.resolve("backup"));
    Files.createDirectory(objects);
    forgetWhatFoldersHold();
    // When
    AgentExecution two = make(first, one.getSpec().getSessionId());
    until("its failure", () -> phase(first, two) == ExecutionPhase.EXECUTION_FAILED);
    // Then
    assertThat(first.executions().get(id(two)).getStatus().getError())
        .contains("E527", "workspace.store", "stigmer resume");
    assertThat(problems(first.ready(TestingServer.options(folder, Map.of()))))
        .as("the store answers")
        .isEmpty();
    // When
    Files.delete(objects);
    Files.move(backup, objects);
    var _ = first.executions().resume(id(two));
    // Then
    until("its begin", () -> story.contains("start " + id(two)));
  }

  private void oneServerWith(Path store) throws Exception {
    for (Backend server : List.of(first, second)) {
      open.remove(server);
      server.close();
    }
    first =
        server(
            InstantSource.system(),
            Optional.of(
                KeptWorkspaces.of(store.toString(), Map.of(), folder.resolve("workspaces"))));
  }

  private void forgetWhatFoldersHold() throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path mark : files.filter(file -> file.toString().endsWith(".kept")).toList()) {
        Files.delete(mark);
      }
    }
  }

  private static List<String> problems(Ready ready) {
    return ready.report().parts().stream()
        .filter(part -> !List.of("configuration", "model").contains(part.name()))
        .flatMap(part -> part.problem().map(found -> part.name() + " " + found.code()).stream())
        .toList();
  }

  @Test
  void aRunThatNobodyKnowsAnyMoreIsStartedAnewInsteadOfBeingWaitedForForEver() throws Exception {
    open.remove(second);
    second.close();
    AgentExecution one = started(first);

    forgotten.add(id(one));

    until("a new start", () -> story.contains("start anew " + id(one)));
    end(one, new RunEnd.Completed("1"));
    until("its end", () -> phase(first, one) == ExecutionPhase.EXECUTION_COMPLETED);
  }

  @Test
  void whatASubAgentAsksIsKnownAtEveryServerAndTheWordForItWakesTheRun() {
    // Given
    AgentExecution one = started(first);
    String child = id(one) + "_00000000";
    var asked =
        new ApprovalRequest(
            child + ".1",
            Question.MAY_IT_RUN,
            "1/c",
            new ToolCall("c", "execute", "{}"),
            "scope",
            "why");
    append(id(one), new RunResumed("a worker"), new ChildStarted("1/t", child, "helper"));
    try (JournalWriter writer = first.journal().create(child, "a worker")) {
      writer.append(List.of(new JournalEntry.ApprovalRequested(asked)));
    }
    until("the question", () -> second.executions().isAsked(id(one)));
    // When
    var _ =
        second
            .journal()
            .inbox()
            .post(
                child,
                new Post.Decision(
                    asked.id(), asked.hash(), new ApprovalDecision.Approved(), "somebody"));
    // Then
    until("wake", () -> story.contains("wake " + id(one)));
    assertThat(new ApprovalDesk(first.journal()).of(child)).hasSize(1);
  }

  @Test
  void aRequestToEndARunThatWaitsWakesIt() {
    // Given
    AgentExecution one = started(first);
    var asked =
        new ApprovalRequest(
            id(one) + ".1",
            Question.MAY_IT_RUN,
            "1/c",
            new ToolCall("c", "execute", "{}"),
            "scope",
            "why");
    append(id(one), new RunResumed("a worker"), new JournalEntry.ApprovalRequested(asked));
    until("the question", () -> first.executions().isAsked(id(one)));
    // When
    new SteeringDesk(second.journal()).cancel(id(one), "somebody");
    // Then
    until("wake", () -> story.contains("wake " + id(one)));
  }
}

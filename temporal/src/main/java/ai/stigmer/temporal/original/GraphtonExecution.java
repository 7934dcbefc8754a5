package ai.stigmer.temporal.original;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.config.LogLevel;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.loop.ApprovalDesk.Standing;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.runner.ProjectContext;
import ai.stigmer.runner.RunRequest;
import ai.stigmer.runner.contract.ContractEnvironment.Place;
import ai.stigmer.runner.contract.StatusTexts;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One attempt at an execution: what it is made of is asked for, its run is begun or gone on with,
 * and its status is told until it ends.
 */
final class GraphtonExecution {
  /** The most bytes of a status: servers take 4 MiB in a call and 2 MiB in a workflow's history. */
  private static final int LARGEST_STATUS = 1 << 20;

  private final Workplace workplace;
  private final AgentExecution execution;
  private final String id;
  private final String thread;
  private final CancelToken token;
  private final LiveStatus live;
  private volatile Redactor redactor;
  private boolean isElsewhere;

  GraphtonExecution(
      Workplace workplace, AgentExecution execution, String thread, CancelToken token) {
    this.workplace = workplace;
    this.execution = execution;
    this.id = execution.getMetadata().getId();
    this.thread = thread;
    this.token = token;
    this.redactor = workplace.redactor(List.of());
    this.live = new LiveStatus(id, workplace.journal(), workplace.clock());
  }

  /**
   * Runs it.
   *
   * @param atMost after so long it lets go between two steps
   * @param delivery ends the wait for a server that does not take the last status
   */
  AgentExecutionStatus run(Lease lease, Duration atMost, CancelToken delivery) {
    try (StatusReports reports =
        new StatusReports(this::told, this::send, lease::holds, this::notTaken)) {
      drive(reports, atMost);
      AgentExecutionStatus end = told();
      if (!isElsewhere && lease.holds()) {
        reports.last(end, delivery);
      }
      workplace.log().say(LogLevel.INFO, "execution " + id + " " + end.getPhase());
      return end;
    } finally {
      workplace.forget(id);
    }
  }

  private void drive(StatusReports reports, Duration atMost) {
    try {
      prepare();
      boolean goesOn = true;
      while (goesOn) {
        goesOn =
            goesOn(workplace.driver().drive(id, atMost, token, event -> saw(event, reports)).end());
      }
    } catch (ProblemException e) {
      ended(e.problem());
    } catch (RuntimeException e) {
      workplace.log().say(LogLevel.ERROR, "a bug of stigmer in execution " + id + ": " + e);
      ended(
          Problem.of(
              "E900", Problem.Category.RUN, "a bug of stigmer; the worker's log tells more"));
    }
  }

  private void saw(AgentEvent event, StatusReports reports) {
    boolean isTakenOver =
        event instanceof AgentEvent.RunFinished finished
            && finished.result().end() instanceof RunEnd.Failed(Problem problem, String _)
            && isOfAnother(problem);
    if (isTakenOver) {
      isElsewhere = true;
    } else if (live.add(event)) {
      reports.touch();
    }
  }

  /** Another attempt has the run, and tells how it ends. */
  private static boolean isOfAnother(Problem problem) {
    return problem.code().equals("E502") || problem.code().equals("E505");
  }

  private void ended(Problem problem) {
    if (isOfAnother(problem)) {
      isElsewhere = true;
    } else if (token.isCancelled()) {
      live.cancel();
    } else {
      live.fail(problem);
    }
  }

  private boolean goesOn(RunEnd end) {
    return switch (end) {
      case RunEnd.Waiting waiting -> awaitsDecision(waiting);
      case RunEnd.Yielded _ -> {
        live.fail(workplace.letGo());
        yield false;
      }
      case RunEnd.Completed _, RunEnd.Stopped _, RunEnd.Failed _, RunEnd.Cancelled _ -> false;
    };
  }

  private boolean awaitsDecision(RunEnd.Waiting waiting) {
    var pause = new Pause(token);
    workplace.log().say(LogLevel.WARNING, "execution " + id + " waits: stigmer approvals");
    while (new ApprovalDesk(workplace.journal()).find(waiting.approval()).standing()
        == Standing.OPEN) {
      boolean mayWait = pause.next();
      if (!mayWait || token.isYieldAsked()) {
        // Its next drive gives it the end that it is to have.
        return !token.isAbandoned();
      }
    }
    return true;
  }

  /** Gathers what the run needs, and begins it unless the journal has it. */
  private void prepare() {
    boolean hasBegun = workplace.runs().hasBegun(id);
    Ingredients found = Ingredients.of(execution, workplace.backend(), token);
    workplace.lend(id, found.variables().secrets());
    redactor = workplace.redactor(found.variables().secrets().values());
    if (hasBegun) {
      workplace.log().say(LogLevel.INFO, "execution " + id + " goes on");
      return;
    }
    if (token.isCancelled()) {
      throw Problem.of("E597", Problem.Category.RUN, "cancelled before it began").asException();
    }
    Path workspace = workplace.workspaces().of(thread);
    var skills = new UnpackedSkills(workspace, workplace.backend(), token);
    Agent agent = skills.withSkillsOfSubAgents(found.agent());
    String text =
        project(workspace).text() + skills.text(found.agent().getSpec().getSkillRefsList());
    workplace
        .runs()
        .begin(
            new RunRequest(
                id,
                execution.getSpec().getMessage(),
                workplace
                    .environments()
                    .of(
                        agent,
                        found.variables(),
                        execution.getSpec().getExecutionConfig().getModelName(),
                        new Place(workspace, one -> one.with(text), skills.known()))),
            found.earlier());
    workplace.log().say(LogLevel.INFO, "execution " + id + " begins");
  }

  /** The workspace's AGENTS.md, and nothing of the user's. */
  private static ProjectContext project(Path workspace) {
    Path nobody = workspace.resolve(".stigmer").resolve("nobody");
    return ProjectContext.read(
        workspace, Map.of("STIGMER_HOME", nobody.toString()), Optional.of(List.of()));
  }

  private AgentExecutionStatus told() {
    return StatusTexts.within(StatusTexts.changed(live.now(), redactor::text), LARGEST_STATUS);
  }

  private void send(AgentExecutionStatus status) {
    workplace.backend().updateStatus(id, status);
  }

  private void notTaken(RuntimeException why) {
    if (!(why instanceof StatusRuntimeException e)) {
      workplace
          .log()
          .say(LogLevel.ERROR, "a bug of stigmer in the status of execution " + id + ": " + why);
      return;
    }
    boolean later = Backend.mayPass(e);
    workplace
        .log()
        .say(
            later ? LogLevel.WARNING : LogLevel.ERROR,
            (later ? "it will be told again: " : "")
                + "the Stigmer server does not take the status of execution "
                + id
                + ": "
                + e.getStatus().getCode()
                + workplace.backend().words(e));
  }
}

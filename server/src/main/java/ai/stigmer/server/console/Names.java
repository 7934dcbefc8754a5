package ai.stigmer.server.console;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.session.v1.Session;
import ai.stigmer.server.console.page.Choice;
import ai.stigmer.server.console.page.RunRow;
import ai.stigmer.server.console.page.SessionView;
import ai.stigmer.server.console.page.Standing;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rows of runs and sessions with the names of their agents, each of which is looked up once.
 *
 * <p>Not thread-safe; one for each page.
 */
final class Names {
  private static final Choice GONE = new Choice("", "(gone)");
  private static final int MOST = 500;

  private final Sources sources;
  private final Map<String, Choice> ofInstances = new HashMap<>();
  private final Map<String, Choice> ofSessions = new HashMap<>();

  Names(Sources sources) {
    this.sources = sources;
  }

  /** The agents, by name, as far as one page of them goes. */
  List<Choice> agents() {
    return sources.shelves().agents().list(Set.of(), MOST, "").entries().stream()
        .map(Names::choice)
        .sorted((one, other) -> one.name().compareToIgnoreCase(other.name()))
        .toList();
  }

  private static Choice choice(Agent agent) {
    return new Choice(agent.getMetadata().getId(), agent.getMetadata().getName());
  }

  /** The agent of a session. */
  Choice agentOfSession(String session) {
    return ofSessions.computeIfAbsent(
        session,
        id ->
            sources
                .shelves()
                .sessions()
                .find(id)
                .map(found -> agentOfInstance(found.getSpec().getAgentInstanceId()))
                .orElse(GONE));
  }

  private Choice agentOfInstance(String instance) {
    return ofInstances.computeIfAbsent(
        instance,
        id ->
            sources
                .shelves()
                .instances()
                .find(id)
                .flatMap(found -> sources.shelves().agents().find(found.getSpec().getAgentId()))
                .map(Names::choice)
                .orElse(GONE));
  }

  /** A run in a line. */
  RunRow row(AgentExecution execution) {
    String id = execution.getMetadata().getId();
    AgentExecutionStatus status = execution.getStatus();
    Choice agent = agentOfSession(execution.getSpec().getSessionId());
    return new RunRow(
        id,
        Standing.of(status.getPhase(), sources.executions().isAsked(id)),
        agent.id(),
        agent.name(),
        execution.getSpec().getSessionId(),
        execution.getSpec().getMessage(),
        time(status.getAudit().getSpecAudit().getCreatedAt()),
        took(status),
        status.getError());
  }

  /** A session in a line. */
  SessionView.Row row(Session session) {
    Choice agent = agentOfInstance(session.getSpec().getAgentInstanceId());
    return new SessionView.Row(
        session.getMetadata().getId(),
        session.getSpec().getSubject(),
        agent.id(),
        agent.name(),
        time(session.getStatus().getAudit().getSpecAudit().getCreatedAt()));
  }

  private static Instant time(Timestamp stamp) {
    return Instant.ofEpochSecond(stamp.getSeconds(), stamp.getNanos());
  }

  private static Optional<Duration> took(AgentExecutionStatus status) {
    try {
      return status.getStartedAt().isEmpty() || status.getCompletedAt().isEmpty()
          ? Optional.empty()
          : Optional.of(
              Duration.between(
                  Instant.parse(status.getStartedAt()), Instant.parse(status.getCompletedAt())));
    } catch (DateTimeParseException e) {
      // Whoever reports a status from outside writes what it likes.
      return Optional.empty();
    }
  }
}

package ai.stigmer.server.console;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.server.console.page.RunRow;
import ai.stigmer.server.console.page.RunsView;
import ai.stigmer.server.console.page.RunsView.Filter;
import ai.stigmer.server.console.page.Standing;
import ai.stigmer.server.guard.ConsoleDoor;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The list of runs, and the part of it that a page asks for again and again. */
final class RunList {
  /** Where it is. */
  static final String PATH = ConsoleDoor.ROOT + "/runs";

  private static final int PAGE = 50;
  private static final int BATCH = 100;
  private static final int MOST_SEARCHED = 2_000;

  private final Sources sources;

  RunList(Sources sources) {
    this.sources = sources;
  }

  HttpResponse page(Asked asked) {
    return Pages.page(
        HttpStatus.OK, "runs", asked.frame("Runs", "runs"), view(filter(asked), PAGE));
  }

  /** Nothing when the rows are those that the page has. */
  HttpResponse rows(Asked asked) {
    RunsView view = view(filter(asked), PAGE);
    return view.fingerprint().equals(asked.query("known"))
        ? HttpResponse.of(HttpStatus.NO_CONTENT)
        : Pages.part("part/runs", Map.of("view", view));
  }

  /** The newest runs of an agent, or of a session. */
  List<RunRow> newest(String agent, String session, int most) {
    return view(new Filter("", agent, session, "", ""), most).rows();
  }

  private static Filter filter(Asked asked) {
    return new Filter(
        asked.query("state"),
        asked.query("agent"),
        asked.query("session"),
        asked.query("text").strip(),
        asked.query("before"));
  }

  private RunsView view(Filter filter, int most) {
    var names = new Names(sources);
    var rows = new ArrayList<RunRow>();
    String token = filter.before();
    int searched = 0;
    boolean isMore = true;
    while (isMore && rows.size() < most && searched < MOST_SEARCHED) {
      List<AgentExecution> batch =
          sources.executions().list(labels(filter), BATCH, token).entries();
      isMore = batch.size() == BATCH;
      for (AgentExecution execution : batch) {
        if (rows.size() == most) {
          isMore = true;
          break;
        }
        searched++;
        token = execution.getMetadata().getId();
        RunRow row = names.row(execution);
        if (passes(filter, row)) {
          rows.add(row);
        }
      }
    }
    return new RunsView(
        filter,
        rows,
        isMore ? token : "",
        isMore && rows.size() < most ? searched : 0,
        fingerprint(rows),
        names.agents());
  }

  /** What the store can filter by. */
  private static Set<String> labels(Filter filter) {
    var labels = new HashSet<String>();
    if (!filter.session().isEmpty()) {
      labels.add("session=" + filter.session());
    }
    for (Standing standing : Standing.values()) {
      if (standing.id().equals(filter.state())) {
        labels.add("phase=" + phase(standing));
      }
    }
    return labels;
  }

  private static ExecutionPhase phase(Standing standing) {
    return switch (standing) {
      case PENDING -> ExecutionPhase.EXECUTION_PENDING;
      case RUNNING, WAITING -> ExecutionPhase.EXECUTION_IN_PROGRESS;
      case COMPLETED -> ExecutionPhase.EXECUTION_COMPLETED;
      case FAILED -> ExecutionPhase.EXECUTION_FAILED;
      case CANCELLED -> ExecutionPhase.EXECUTION_CANCELLED;
    };
  }

  private static boolean passes(Filter filter, RunRow row) {
    String text = filter.text().toLowerCase(Locale.ROOT);
    return (filter.state().isEmpty() || filter.state().equals(row.standing().id()))
        && (filter.agent().isEmpty() || filter.agent().equals(row.agentId()))
        && (text.isEmpty()
            || row.message().toLowerCase(Locale.ROOT).contains(text)
            || row.id().contains(text));
  }

  private static String fingerprint(List<RunRow> rows) {
    return Integer.toHexString(rows.hashCode());
  }
}

package ai.stigmer.cli;

import ai.stigmer.cli.remote.RemoteAgents;
import ai.stigmer.cli.remote.RemoteFeed;
import ai.stigmer.cli.remote.RemoteHints;
import ai.stigmer.cli.remote.RemoteJournal;
import ai.stigmer.cli.remote.RemoteServer;
import ai.stigmer.cli.screen.Ends;
import ai.stigmer.cli.screen.RunView;
import ai.stigmer.cli.screen.ShownModel;
import ai.stigmer.cli.session.RunFinder;
import ai.stigmer.config.Backend;
import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.Recorded;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A run that a server drives, shown as if it ran here. The end of this command does not end it;
 * what Ctrl-C means is asked where somebody can be asked, and is the end of the run elsewhere.
 */
final class RemoteRun {
  private static final String NOBODY = "nobody";

  private final Surroundings surroundings;
  private final RunView view;
  private final RemoteServer server;
  private final RemoteHints hints;
  private boolean hasRefused;

  RemoteRun(Surroundings surroundings, RunView view, Backend backend) {
    this.surroundings = surroundings;
    this.view = view;
    this.server = RemoteServer.of(backend, surroundings.home());
    this.hints = RemoteHints.of(backend);
    view.needs(hints.options());
  }

  /**
   * Begins an execution and shows it to its end; returns the exit status.
   *
   * @param model as the execution names it; empty for the server's
   */
  int run(RemoteAgents.Chosen agent, String message, String model) {
    try (server) {
      ObjectNode execution = JsonNodeFactory.instance.objectNode();
      ObjectNode spec = execution.putObject("spec");
      spec.put("agentId", new RemoteAgents(server, view::note).id(agent)).put("message", message);
      if (!model.isEmpty()) {
        spec.putObject("executionConfig").put("modelName", model);
      }
      JsonNode made = server.send("POST", "/api/executions", execution);
      return follow(made.path("metadata").path("id").asText(), 0);
    }
  }

  /** Has the server go on with a run, and shows it from there on; returns the exit status. */
  int resume(String which) {
    try (var journal = new RemoteJournal(server)) {
      String id = RunFinder.find(journal, which);
      List<Recorded> entries = journal.read(id);
      server.send("POST", "/api/runs/" + id + "/resume", JsonNodeFactory.instance.objectNode());
      return follow(id, entries.getLast().seq());
    }
  }

  private int follow(String id, long after) {
    CancelToken cancel = new CancelToken();
    var feed = new RemoteFeed(server, id, new Shown(), this::lost);
    try (CancelToken.Registration _ =
            cancel.onCancel(() -> Thread.ofVirtual().start(() -> interrupted(id, feed)));
        Signals.Handle _ = surroundings.signals().cancelling(cancel)) {
      return switch (feed.follow(after)) {
        case RemoteFeed.Outcome.Ended(RunEnd end) -> status(end);
        case RemoteFeed.Outcome.Failed(Problem problem) -> {
          view.failed(hints.there(problem));
          yield problem.category().exitStatus();
        }
        case RemoteFeed.Outcome.Left _ -> {
          view.note(
              "run "
                  + id
                  + " goes on at "
                  + server.endpoint()
                  + "; "
                  + hints.of("stigmer resume " + id));
          yield Ends.INTERRUPTED;
        }
      };
    }
  }

  private int status(RunEnd end) {
    int status = Ends.exitStatus(end);
    return status == 0 && hasRefused ? Problem.Category.DENIED.exitStatus() : status;
  }

  private void lost(String why) {
    surroundings.err().println("note: " + why);
    surroundings.err().flush();
  }

  /** On a thread of its own: a signal handler must wait neither for an answer nor for a network. */
  private void interrupted(String id, RemoteFeed feed) {
    if (Question.canBeAsked(surroundings)
        && !new Question(surroundings)
            .choice("end run " + id + " at the server, too? [y]es  [N]o, it goes on")
            .startsWith("y")) {
      feed.leave();
      return;
    }
    try {
      server.send("POST", "/api/runs/" + id + "/cancel", JsonNodeFactory.instance.objectNode());
    } catch (ProblemException e) {
      lost(e.problem().message());
      feed.leave();
    }
  }

  /** Passes on to the view. */
  private final class Shown implements RemoteFeed.Listener {
    @Override
    public void begun(JsonNode begun) {
      view.begin(
          new ShownModel(begun.path("provider").asText(), begun.path("model").asText()),
          begun.path("start_line").asText()
              + " · at the server "
              + server.endpoint()
              + " ("
              + server.location()
              + ")",
          begun.path("configuration").toString());
    }

    @Override
    public void event(AgentEvent event) {
      if (event instanceof AgentEvent.ApprovalDecided decided
          && decided.by().equals(NOBODY)
          && decided.decision() instanceof ApprovalDecision.Denied) {
        hasRefused = true;
      }
      view.accept(hints.in(event));
    }
  }
}

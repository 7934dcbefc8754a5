package ai.stigmer.server.console;

import ai.stigmer.agentic.session.v1.Session;
import ai.stigmer.server.console.page.SessionView;
import ai.stigmer.server.resource.Shelf;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.Set;

/** The sessions, and one of them with its runs. */
final class SessionPages {
  private static final int PAGE = 50;

  private final Sources sources;

  SessionPages(Sources sources) {
    this.sources = sources;
  }

  HttpResponse list(Asked asked) {
    var names = new Names(sources);
    Shelf.Listed<Session> page =
        sources.shelves().sessions().list(Set.of(), PAGE, asked.query("before"));
    var view =
        new SessionView.Page(
            page.entries().stream().map(names::row).toList(),
            page.entries().size() < PAGE ? "" : page.entries().getLast().getMetadata().getId());
    return Pages.page(HttpStatus.OK, "sessions", asked.frame("Sessions", "sessions"), view);
  }

  HttpResponse page(Asked asked) {
    Session session = sources.shelves().sessions().get(asked.path("id"));
    var view =
        new SessionView(
            new Names(sources).row(session),
            new RunList(sources).newest("", asked.path("id"), PAGE));
    return Pages.page(HttpStatus.OK, "session", asked.frame("Session", "sessions"), view);
  }
}

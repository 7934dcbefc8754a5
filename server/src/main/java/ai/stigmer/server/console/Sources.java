package ai.stigmer.server.console;

import ai.stigmer.config.ConfigInput;
import ai.stigmer.graphton.budget.Prices;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.server.ServerLog;
import ai.stigmer.server.console.page.Choice;
import ai.stigmer.server.console.story.Story;
import ai.stigmer.server.events.RunEvents;
import ai.stigmer.server.http.Ready;
import ai.stigmer.server.resource.Shelves;
import ai.stigmer.server.run.Executions;
import java.time.InstantSource;
import java.util.List;

/**
 * Where the console's pages have everything from.
 *
 * @param about the server in a few names and values: address, storage, engine
 */
public record Sources(
    Shelves shelves,
    RunEvents.Source events,
    Ready ready,
    Prices prices,
    ConfigInput configuration,
    List<Choice> about,
    InstantSource clock) {
  public Sources {
    about = List.copyOf(about);
  }

  Executions executions() {
    return events.executions();
  }

  Journal journal() {
    return events.journal();
  }

  ServerLog log() {
    return events.log();
  }

  /** The entries of a run so far; none when it has not begun. */
  List<Recorded> entries(String run) {
    return events.entries(run);
  }

  /** The story of a run so far. */
  Story story(String run) {
    return Story.of(entries(run), prices);
  }
}

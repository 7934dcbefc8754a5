package ai.stigmer.server.console;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.server.console.page.RunRow;
import ai.stigmer.server.console.page.RunView;
import ai.stigmer.server.console.page.RunView.Facts;
import ai.stigmer.server.console.story.Item;
import ai.stigmer.server.console.story.Story;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One run: its story, page by page, and what is beside it. */
final class RunPages {
  private static final int PAGE = 50;
  private static final int TITLE = 60;

  private final Sources sources;
  private final Nesting nesting;

  RunPages(Sources sources) {
    this.sources = sources;
    this.nesting = new Nesting(sources);
  }

  /** The run of an execution; of a sub-agent when the path names one besides. */
  HttpResponse page(Asked asked) {
    String id = asked.path("id");
    RunRow head = head(id);
    Story story = sources.story(id);
    int pages = Math.max(1, (story.size() + PAGE - 1) / PAGE);
    int page = asked.page() == 0 ? pages : Math.min(pages, asked.page());
    int first = (page - 1) * PAGE;
    List<Item> items =
        nesting.filled(story.items().subList(first, Math.min(story.size(), first + PAGE)));
    boolean isLive = page == pages && !head.standing().isOver();
    var view =
        new RunView(
            id,
            facts(head, story),
            items,
            page,
            pages,
            isLive ? RunList.PATH + "/" + id + "/live?after=" + story.seq() : "",
            notice(asked));
    return Pages.page(HttpStatus.OK, "run", asked.frame(title(head), "runs"), view);
  }

  /** What a form has led to. */
  private static String notice(Asked asked) {
    return switch (asked.query("done")) {
      case "said" -> "The run hears it at its next step.";
      case "cancelled" -> "The run was asked to end.";
      case "decided" -> "Decided. The run goes on with it.";
      default -> "";
    };
  }

  /**
   * What a sub-agent has done so far, to be put in the place of what a page shows of it; nothing
   * when the page shows that.
   */
  HttpResponse child(Asked asked) {
    String id = asked.path("id");
    String child = asked.path("child");
    requireBelow(id, child);
    for (Item item : sources.story(ChildIds.parent(child).orElseThrow()).items()) {
      if (item instanceof Item.Call call
          && call.child().map(Item.Nested::run).equals(Optional.of(child))) {
        Item.Call filled = (Item.Call) nesting.filled(List.of(item)).getFirst();
        Item.Nested now = filled.child().orElseThrow();
        return now.fingerprint().equals(asked.query("known"))
            ? HttpResponse.of(HttpStatus.NO_CONTENT)
            : Pages.part("part/child", Map.of("run", id, "child", now));
      }
    }
    throw missing(child);
  }

  /** The story of a sub-agent by itself. */
  HttpResponse childPage(Asked asked) {
    String child = asked.path("child");
    requireBelow(asked.path("id"), child);
    Story story = sources.story(child);
    if (story.seq() == 0) {
      throw missing(child);
    }
    RunRow above = head(asked.path("id"));
    int pages = Math.max(1, (story.size() + PAGE - 1) / PAGE);
    int page = asked.page() == 0 ? pages : Math.min(pages, asked.page());
    int first = (page - 1) * PAGE;
    List<Item> items =
        nesting.filled(story.items().subList(first, Math.min(story.size(), first + PAGE)));
    var view = new RunView(child, facts(above, story), items, page, pages, "", "");
    return Pages.page(
        HttpStatus.OK, "child", asked.frame("Sub-agent " + story.agent(), "runs"), view);
  }

  private static void requireBelow(String run, String child) {
    Optional<String> above = ChildIds.parent(child);
    while (above.isPresent() && !above.get().equals(run)) {
      above = ChildIds.parent(above.get());
    }
    if (above.isEmpty()) {
      throw missing(child);
    }
  }

  private static RuntimeException missing(String child) {
    return Problem.of("E560", Problem.Category.USAGE, "there is no such sub-agent: " + child)
        .asException();
  }

  /**
   * An execution in a line.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E560} when there is none
   */
  RunRow head(String id) {
    AgentExecution execution = sources.executions().get(id);
    return new Names(sources).row(execution);
  }

  /** What waits for an approval is looked for in sub-agents at work, too. */
  Facts facts(RunRow head, Story story) {
    var waiting = new ArrayList<>(story.waiting());
    List<Item> atWork = story.items().stream().filter(RunPages::isAtWork).toList();
    nesting.filled(atWork).forEach(item -> waitingBelow(item, waiting));
    return new Facts(head, story.model(), story.turns(), story.cost(), story.todos(), waiting);
  }

  private static boolean isAtWork(Item item) {
    return item instanceof Item.Call call
        && call.child().isPresent()
        && call.child().get().end().isEmpty();
  }

  private static void waitingBelow(Item item, List<Item.Call> waiting) {
    if (item instanceof Item.Call call && call.child().isPresent()) {
      for (Item below : call.child().get().items()) {
        if (below instanceof Item.Call asking && asking.state() == Item.State.WAITING) {
          waiting.add(asking);
        }
        waitingBelow(below, waiting);
      }
    }
  }

  static String title(RunRow head) {
    String line = head.message().strip().lines().findFirst().orElse("");
    return line.length() <= TITLE ? line : line.substring(0, TITLE) + "…";
  }

  List<Item> filled(List<Item> items) {
    return nesting.filled(items);
  }
}

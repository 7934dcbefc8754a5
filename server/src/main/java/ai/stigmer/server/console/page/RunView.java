package ai.stigmer.server.console.page;

import ai.stigmer.server.console.story.Cost;
import ai.stigmer.server.console.story.Item;
import java.util.List;

/**
 * One run.
 *
 * @param run whose story it is: the run's of the facts, or a sub-agent's below it
 * @param items a page of its story
 * @param page which one, from 1
 * @param live where the rest is told while it happens; empty when nothing is to come on this page
 * @param notice what came of a form; empty for nothing
 */
public record RunView(
    String run, Facts facts, List<Item> items, int page, int pages, String live, String notice) {
  public RunView {
    items = List.copyOf(items);
  }

  public RunRow head() {
    return facts.head();
  }

  /**
   * What is beside the story.
   *
   * @param model empty before the first answer
   * @param waiting the calls that wait for an approval
   */
  public record Facts(
      RunRow head,
      String model,
      int turns,
      Cost cost,
      List<Item.Todo> todos,
      List<Item.Call> waiting) {
    public Facts {
      todos = List.copyOf(todos);
      waiting = List.copyOf(waiting);
    }
  }
}

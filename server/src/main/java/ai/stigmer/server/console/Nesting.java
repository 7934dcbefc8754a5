package ai.stigmer.server.console;

import ai.stigmer.server.console.story.Item;
import ai.stigmer.server.console.story.Item.Nested;
import ai.stigmer.server.console.story.Story;
import java.util.List;

/** Puts the newest of what a sub-agent did into the call that it serves. */
final class Nesting {
  private static final int NEWEST = 12;
  private static final int DEEPEST = 4;

  private final Sources sources;

  Nesting(Sources sources) {
    this.sources = sources;
  }

  List<Item> filled(List<Item> items) {
    return filled(items, 0);
  }

  private List<Item> filled(List<Item> items, int depth) {
    return items.stream().map(item -> filled(item, depth)).toList();
  }

  private Item filled(Item item, int depth) {
    return item instanceof Item.Call call && call.child().isPresent() && depth < DEEPEST
        ? call.with(filled(call.child().get(), depth))
        : item;
  }

  private Nested filled(Nested child, int depth) {
    Story story = sources.story(child.run());
    List<Item> all = story.items();
    int omitted = Math.max(0, all.size() - NEWEST);
    return new Nested(
        child.run(),
        child.agent(),
        child.end(),
        filled(all.subList(omitted, all.size()), depth + 1),
        omitted);
  }
}

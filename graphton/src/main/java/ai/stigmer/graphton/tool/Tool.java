package ai.stigmer.graphton.tool;

import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ToolSpec;
import java.util.Optional;

/**
 * Something that an agent can do.
 *
 * <p>Thread contract: {@link #run} is called on a virtual thread and may block; those tools of one
 * turn that are {@link #concurrent} run at the same time, all others one after another.
 */
public interface Tool {

  /**
   * Begins a tool: {@code Tool.named("weather").describedAs("…").string("city", "…").calling(…)}.
   */
  static ToolBuilder named(String name) {
    return new ToolBuilder(name);
  }

  /** What the model sees; must not change while a run lasts. */
  ToolSpec spec();

  EffectClass effect();

  /**
   * Whether calls of it that stand next to each other in one turn run at the same time. Intents are
   * durable before any of them starts.
   */
  default boolean concurrent() {
    return effect() == EffectClass.READ;
  }

  /**
   * Does the work. What the tool was asked wrongly it answers with {@link ToolResult#error}; an
   * exception is told to the model as a failure of the tool.
   */
  ToolResult run(ToolArguments arguments, ToolContext context) throws Exception;

  /**
   * Notes what {@link #settle} will need after a crash, for example content hashes. Called before
   * the intent is journaled; must not have an effect. At most 4 KiB.
   */
  default Optional<String> prepare(ToolArguments arguments, ToolContext context) throws Exception {
    return Optional.empty();
  }

  /**
   * Finds out after a crash whether the call had its effect.
   *
   * @param prepared what {@link #prepare} returned
   */
  default Settlement settle(ToolArguments arguments, String prepared, ToolContext context)
      throws Exception {
    return new Settlement.Unknown();
  }

  /**
   * The file that the call is about to change, as it is now, so that the change can be undone.
   * Called before the intent is journaled; must not have an effect.
   */
  default Optional<FileState> before(ToolArguments arguments, ToolContext context)
      throws Exception {
    return Optional.empty();
  }

  /** What {@link #settle} found out. */
  sealed interface Settlement {
    /** The effect happened; this is its result. */
    record Happened(ToolResult result) implements Settlement {}

    /** The effect did not happen; the call can be run. */
    record DidNotHappen() implements Settlement {}

    /** It cannot be told. */
    record Unknown() implements Settlement {}
  }
}

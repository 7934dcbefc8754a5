package ai.stigmer.graphton.tool;

import java.util.Optional;

/**
 * The whole texts of results that were too long for the model, by name. They are read as files of a
 * folder that is nowhere on disk.
 *
 * <p>Thread contract: thread-safe.
 */
@FunctionalInterface
public interface KeptResults {
  /** What the names begin with. */
  String FOLDER = "/large_tool_results/";

  /** Nothing is kept. */
  KeptResults NONE = name -> Optional.empty();

  /** The text of that name; empty when there is none. */
  Optional<String> text(String name);
}

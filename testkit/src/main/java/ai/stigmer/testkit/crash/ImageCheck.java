package ai.stigmer.testkit.crash;

import java.nio.file.Path;
import java.util.List;

/** Judges what a power cut left. Used by several threads at once, each with a folder of its own. */
@FunctionalInterface
public interface ImageCheck {

  /**
   * Opens the files with the real store.
   *
   * @param folder what the cut left; may be changed
   * @param said the lines that the process had said before the cut: its promises
   * @throws Exception or an {@link AssertionError} when a promise is broken
   */
  void check(Path folder, List<String> said) throws Exception;
}

package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.journal.Journal;
import java.nio.file.Path;

/** A journal under test. An implementation has a constructor without arguments. */
public interface JournalInFolder {

  /** Opens the journal whose files lie directly in {@code folder}, or makes it. */
  Journal open(Path folder);

  /**
   * What the journal's owner does now and then while it is open and nobody appends: compact it,
   * write its log back.
   */
  default void maintain(Path folder) {}
}

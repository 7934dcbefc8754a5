/**
 * Puts files back to how they were before a run's tools changed them. Depends on the journal, the
 * loop's folds and the workspace.
 */
@NullMarked
package ai.stigmer.graphton.undo;

import org.jspecify.annotations.NullMarked;

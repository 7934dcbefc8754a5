/**
 * The journal port: what is written down, in which order, and who may write. Depends on messages,
 * approvals and run ends.
 */
@NullMarked
package ai.stigmer.graphton.journal;

import org.jspecify.annotations.NullMarked;

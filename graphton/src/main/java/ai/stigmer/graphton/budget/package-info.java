/**
 * What a run and all its sub-agents may spend, and what they have spent. Depends on the journal,
 * models, messages and run ends.
 */
@NullMarked
package ai.stigmer.graphton.budget;

import org.jspecify.annotations.NullMarked;

/**
 * What a subscriber sees of a run while it happens. Depends on messages, approvals, models'
 * failures and results.
 */
@NullMarked
package ai.stigmer.graphton.event;

import org.jspecify.annotations.NullMarked;

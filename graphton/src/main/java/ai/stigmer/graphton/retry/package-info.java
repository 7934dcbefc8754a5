/**
 * Patience with a model that fails: when a call is made again, after what wait, and by which clock.
 * Depends on the model port's failures and on the cancel token.
 */
@NullMarked
package ai.stigmer.graphton.retry;

import org.jspecify.annotations.NullMarked;

/**
 * Errors that say who must act. Every failure that a user can see is a {@link
 * ai.stigmer.graphton.error.Problem}: what is wrong, where it came from, what to do. Depends on
 * nothing.
 */
@NullMarked
package ai.stigmer.graphton.error;

import org.jspecify.annotations.NullMarked;

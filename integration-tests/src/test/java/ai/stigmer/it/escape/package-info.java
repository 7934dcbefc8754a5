/** Attempts to get out of the sandbox, looked at from outside. */
@NullMarked
package ai.stigmer.it.escape;

import org.jspecify.annotations.NullMarked;

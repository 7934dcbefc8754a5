/** One token that asks work to stop. Depends on nothing. */
@NullMarked
package ai.stigmer.graphton.cancel;

import org.jspecify.annotations.NullMarked;

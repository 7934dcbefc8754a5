/** Tests of the parts of a worker in place of the original runner. */
@NullMarked
package ai.stigmer.temporal.original;

import org.jspecify.annotations.NullMarked;

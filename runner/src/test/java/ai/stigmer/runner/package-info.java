/** Tests of the runner. */
@NullMarked
package ai.stigmer.runner;

import org.jspecify.annotations.NullMarked;

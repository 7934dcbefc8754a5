/** Tests of the event laws. */
@NullMarked
package ai.stigmer.testkit;

import org.jspecify.annotations.NullMarked;

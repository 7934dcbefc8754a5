/** Tests of the journal in memory. */
@NullMarked
package ai.stigmer.testkit.journal;

import org.jspecify.annotations.NullMarked;

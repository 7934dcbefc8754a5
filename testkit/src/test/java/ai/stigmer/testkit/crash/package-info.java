/** What the crash kit promises of itself, and what it says of the loop. */
@NullMarked
package ai.stigmer.testkit.crash;

import org.jspecify.annotations.NullMarked;

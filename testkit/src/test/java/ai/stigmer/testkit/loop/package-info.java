/** Tests of the loop against fakes that outlive a crash. */
@NullMarked
package ai.stigmer.testkit.loop;

import org.jspecify.annotations.NullMarked;

/**
 * What every journal must do, as tests to run over one's own. Depends on graphton, JUnit and
 * AssertJ.
 */
@NullMarked
package ai.stigmer.testkit.journal;

import org.jspecify.annotations.NullMarked;

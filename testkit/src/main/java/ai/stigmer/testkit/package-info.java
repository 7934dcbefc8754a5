/**
 * Fakes, laws and contract suites for tests of agents. Depends on graphton and the scripted model.
 */
@NullMarked
package ai.stigmer.testkit;

import org.jspecify.annotations.NullMarked;

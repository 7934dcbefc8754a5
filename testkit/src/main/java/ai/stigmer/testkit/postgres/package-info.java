/**
 * A real PostgreSQL server for one test, from the binaries of this machine. Depends on nothing of
 * ours but {@link ai.stigmer.testkit.RealComponents}.
 */
@NullMarked
package ai.stigmer.testkit.postgres;

import org.jspecify.annotations.NullMarked;

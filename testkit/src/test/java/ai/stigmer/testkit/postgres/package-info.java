/** Tests of the PostgreSQL server for tests. */
@NullMarked
package ai.stigmer.testkit.postgres;

import org.jspecify.annotations.NullMarked;

/**
 * The journal, in one SQLite file or in a PostgreSQL database: one writer per run, a hash chain
 * over each run's entries. Depends on graphton only.
 */
@NullMarked
package ai.stigmer.store;

import org.jspecify.annotations.NullMarked;

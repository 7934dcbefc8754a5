/** The journal in one SQLite file. Depends on graphton only. */
@NullMarked
package ai.stigmer.store;

import org.jspecify.annotations.NullMarked;

/**
 * What the console's templates are given: records with everything that a page shows, and how times
 * are written. Depends on stories.
 */
@NullMarked
package ai.stigmer.server.console.page;

import org.jspecify.annotations.NullMarked;

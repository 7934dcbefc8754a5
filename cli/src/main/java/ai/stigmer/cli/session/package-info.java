/**
 * Runs that were recorded: found by id, shown, exported. Depends on the journal port, the screen
 * and the catalog of models.
 */
@NullMarked
package ai.stigmer.cli.session;

import org.jspecify.annotations.NullMarked;

/**
 * Workspaces on a fleet: what a run's folder holds is kept in a store that every machine sees, and
 * put into a folder of the machine where the run goes on. May depend on the library.
 */
@NullMarked
package ai.stigmer.runner.snapshot;

import org.jspecify.annotations.NullMarked;

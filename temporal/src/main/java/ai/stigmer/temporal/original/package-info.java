/**
 * A worker in place of the original agent runner, for a Stigmer server that exists: its activities,
 * the calls back to the server, the workspaces of its conversations. May depend on the runner and
 * what is below it, and on the contract.
 */
@NullMarked
package ai.stigmer.temporal.original;

import org.jspecify.annotations.NullMarked;

/**
 * The daemon: one port that serves the gRPC contract, and the runs behind it. Depends on the
 * contract, the runner and what it composes, and the store.
 */
@NullMarked
package ai.stigmer.server;

import org.jspecify.annotations.NullMarked;

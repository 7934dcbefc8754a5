/**
 * Executions: made, queued, run on an engine, followed by subscribers, picked up again after a
 * restart. Depends on the shelves and the runner.
 */
@NullMarked
package ai.stigmer.server.run;

import org.jspecify.annotations.NullMarked;

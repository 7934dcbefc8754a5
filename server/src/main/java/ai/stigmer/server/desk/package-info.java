/**
 * Where callers read the journals of runs and leave word for them: decisions, messages, an end.
 * Over HTTP, beside the contract, which has no place for these. Depends on graphton, resources,
 * runs and the guard.
 */
@NullMarked
package ai.stigmer.server.desk;

import org.jspecify.annotations.NullMarked;

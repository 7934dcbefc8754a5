/**
 * The Temporal engine: a workflow per run that has it driven in segments, and the worker that
 * drives. May depend on the runner and what is below it; nothing of the library knows Temporal.
 */
@NullMarked
package ai.stigmer.temporal;

import org.jspecify.annotations.NullMarked;

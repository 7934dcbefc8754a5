/**
 * What happens in an execution, told as AG-UI events from its journal and its live states. Depends
 * on the executions, the journal and Armeria.
 */
@NullMarked
package ai.stigmer.server.events;

import org.jspecify.annotations.NullMarked;

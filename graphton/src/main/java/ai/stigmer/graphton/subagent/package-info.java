/**
 * Sub-agents: the tool that hands a task to one, and the names of their runs. Depends on tools,
 * events, the journal and messages.
 */
@NullMarked
package ai.stigmer.graphton.subagent;

import org.jspecify.annotations.NullMarked;

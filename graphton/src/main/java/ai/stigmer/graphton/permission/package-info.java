/** Which tool calls may run: rules over tools, paths and commands, and the modes between them. */
@NullMarked
package ai.stigmer.graphton.permission;

import org.jspecify.annotations.NullMarked;

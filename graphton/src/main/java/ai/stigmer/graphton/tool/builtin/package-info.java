/**
 * The tools that every agent can have: files and commands of a workspace. Depends on the tool port
 * and the workspace.
 */
@NullMarked
package ai.stigmer.graphton.tool.builtin;

import org.jspecify.annotations.NullMarked;

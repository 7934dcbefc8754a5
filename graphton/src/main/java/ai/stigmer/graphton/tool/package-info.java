/**
 * The tool port: what a tool is, what it may do to the world, and how its arguments are read.
 * Depends on messages, redaction, the model package's {@code ToolSpec} and the cancel token.
 */
@NullMarked
package ai.stigmer.graphton.tool;

import org.jspecify.annotations.NullMarked;

/** Tests of the built-in tools. */
@NullMarked
package ai.stigmer.graphton.tool.builtin;

import org.jspecify.annotations.NullMarked;

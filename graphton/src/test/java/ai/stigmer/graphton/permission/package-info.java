/** Tests of the rules over tools, paths and commands. */
@NullMarked
package ai.stigmer.graphton.permission;

import org.jspecify.annotations.NullMarked;

/** Tests of the workspace. */
@NullMarked
package ai.stigmer.graphton.workspace;

import org.jspecify.annotations.NullMarked;

/** Tests of the workspace. */
@NullMarked
package ai.stigmer.graphton.sandbox;

import org.jspecify.annotations.NullMarked;

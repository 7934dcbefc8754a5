/** The one folder that an agent may touch. Depends on errors only. */
@NullMarked
package ai.stigmer.graphton.workspace;

import org.jspecify.annotations.NullMarked;

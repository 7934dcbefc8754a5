/** How much of a model's context window a run may fill. Depends on the model port alone. */
@NullMarked
package ai.stigmer.graphton.context;

import org.jspecify.annotations.NullMarked;

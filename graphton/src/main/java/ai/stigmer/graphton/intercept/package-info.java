/** Code that users put around model and tool calls. Depends on the model and tool ports. */
@NullMarked
package ai.stigmer.graphton.intercept;

import org.jspecify.annotations.NullMarked;

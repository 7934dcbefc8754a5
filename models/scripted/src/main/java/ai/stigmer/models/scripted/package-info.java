/** A model that plays a written scenario. Depends on graphton only. */
@NullMarked
package ai.stigmer.models.scripted;

import org.jspecify.annotations.NullMarked;

/** The same runs on all wire formats, through the real loop and journal. */
@NullMarked
package ai.stigmer.it.wire;

import org.jspecify.annotations.NullMarked;

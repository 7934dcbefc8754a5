/**
 * Which hosts may be reached, and a proxy that reaches no others. Knows nothing of sandboxes; may
 * depend on nothing.
 */
@NullMarked
package ai.stigmer.graphton.egress;

import org.jspecify.annotations.NullMarked;

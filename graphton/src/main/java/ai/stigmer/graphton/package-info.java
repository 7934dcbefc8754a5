/**
 * The entry of the embeddable deep-agent library: define an {@link ai.stigmer.graphton.Agent}, run
 * it with {@link ai.stigmer.graphton.Graphton}. Depends on the other packages of this library; none
 * depends on it.
 */
@NullMarked
package ai.stigmer.graphton;

import org.jspecify.annotations.NullMarked;

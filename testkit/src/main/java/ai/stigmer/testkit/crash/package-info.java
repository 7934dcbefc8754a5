/**
 * The crash kit: what an agent, a journal or the loop itself does when its process dies, at every
 * point where it can. Depends on the library.
 */
@NullMarked
package ai.stigmer.testkit.crash;

import org.jspecify.annotations.NullMarked;

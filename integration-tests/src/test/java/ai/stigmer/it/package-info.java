/** Black-box tests over real processes, and the rules of the house as tests. */
@NullMarked
package ai.stigmer.it;

import org.jspecify.annotations.NullMarked;

/** What a final answer has to be. Depends on nothing. */
@NullMarked
package ai.stigmer.graphton.answer;

import org.jspecify.annotations.NullMarked;

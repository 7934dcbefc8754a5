/**
 * Calls that need somebody's word: what is asked, what can be answered, and who answers. Depends on
 * messages and the cancel token.
 */
@NullMarked
package ai.stigmer.graphton.approval;

import org.jspecify.annotations.NullMarked;

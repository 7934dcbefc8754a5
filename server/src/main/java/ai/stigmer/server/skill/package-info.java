/** Skills: archives by content, and their versions. Depends on the shelves and the store. */
@NullMarked
package ai.stigmer.server.skill;

import org.jspecify.annotations.NullMarked;

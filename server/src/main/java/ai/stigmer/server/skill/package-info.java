/**
 * Skills: archives by content, their versions, and how they are unpacked without leaving a folder.
 * Depends on the shelves and the store.
 */
@NullMarked
package ai.stigmer.server.skill;

import org.jspecify.annotations.NullMarked;

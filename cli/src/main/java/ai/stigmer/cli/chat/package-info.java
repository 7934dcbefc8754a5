/**
 * The terminal of a chat: a line that is edited while others are printed above it. Knows JLine and
 * what is shown of runs, nothing of how they are driven.
 */
@NullMarked
package ai.stigmer.cli.chat;

import org.jspecify.annotations.NullMarked;

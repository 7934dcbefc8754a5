/**
 * The neutral words of a conversation: messages, blocks, tool calls, tool results, usage. Depends
 * on nothing.
 */
@NullMarked
package ai.stigmer.graphton.message;

import org.jspecify.annotations.NullMarked;

/**
 * A run as people read it: what was said, what was called, what came of it, folded from its
 * journal. Depends on the library and on the catalog's prices.
 */
@NullMarked
package ai.stigmer.server.console.story;

import org.jspecify.annotations.NullMarked;

/**
 * What nobody may see, and how it is taken out of texts, entries and events. Depends on nothing of
 * ours.
 */
@NullMarked
package ai.stigmer.graphton.redaction;

import org.jspecify.annotations.NullMarked;

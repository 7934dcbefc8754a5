/** Tests of the Anthropic provider against the fake server. */
@NullMarked
package ai.stigmer.models.anthropic;

import org.jspecify.annotations.NullMarked;

/**
 * Anthropic's Messages API behind the model port, on the vendor's SDK. Depends on graphton only.
 */
@NullMarked
package ai.stigmer.models.anthropic;

import org.jspecify.annotations.NullMarked;

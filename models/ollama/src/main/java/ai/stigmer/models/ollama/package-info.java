/** Ollama's native chat API behind the model port. Depends on graphton only. */
@NullMarked
package ai.stigmer.models.ollama;

import org.jspecify.annotations.NullMarked;

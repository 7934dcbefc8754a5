/** Tests of the Ollama provider against a fake server on loopback. */
@NullMarked
package ai.stigmer.models.ollama;

import org.jspecify.annotations.NullMarked;

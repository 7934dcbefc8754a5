/** Tests of the fake Ollama server. */
@NullMarked
package ai.stigmer.testkit.ollama;

import org.jspecify.annotations.NullMarked;

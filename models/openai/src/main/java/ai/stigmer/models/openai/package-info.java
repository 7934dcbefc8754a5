/**
 * OpenAI's two APIs behind the model port, for the vendor's hosts, Azure and compatible servers.
 * Depends on graphton, the vendor's SDK and OkHttp.
 */
@NullMarked
package ai.stigmer.models.openai;

import org.jspecify.annotations.NullMarked;

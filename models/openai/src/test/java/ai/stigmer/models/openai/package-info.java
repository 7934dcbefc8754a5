/** Tests of the OpenAI provider against fake servers. */
@NullMarked
package ai.stigmer.models.openai;

import org.jspecify.annotations.NullMarked;

/** Tests of the fakes of OpenAI's APIs. */
@NullMarked
package ai.stigmer.testkit.openai;

import org.jspecify.annotations.NullMarked;

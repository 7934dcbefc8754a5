/** Tests of the fake of Anthropic's API. */
@NullMarked
package ai.stigmer.testkit.anthropic;

import org.jspecify.annotations.NullMarked;

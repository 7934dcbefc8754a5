/** The contract of models, run by the scripted one; each provider's module runs it too. */
@NullMarked
package ai.stigmer.testkit.model;

import org.jspecify.annotations.NullMarked;

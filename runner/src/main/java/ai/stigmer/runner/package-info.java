/** Turns an agent definition, a message and a configuration into one run. */
@NullMarked
package ai.stigmer.runner;

import org.jspecify.annotations.NullMarked;

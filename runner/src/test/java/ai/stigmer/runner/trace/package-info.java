@NullMarked
package ai.stigmer.runner.trace;

import org.jspecify.annotations.NullMarked;

@NullMarked
package ai.stigmer.runner.snapshot;

import org.jspecify.annotations.NullMarked;

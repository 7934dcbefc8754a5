@NullMarked
package ai.stigmer.runner.contract;

import org.jspecify.annotations.NullMarked;

@NullMarked
package ai.stigmer.runner.manifest;

import org.jspecify.annotations.NullMarked;

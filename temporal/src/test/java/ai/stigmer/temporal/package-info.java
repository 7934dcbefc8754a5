@NullMarked
package ai.stigmer.temporal;

import org.jspecify.annotations.NullMarked;

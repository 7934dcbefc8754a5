@NullMarked
package ai.stigmer.server.guard;

import org.jspecify.annotations.NullMarked;

@NullMarked
package ai.stigmer.server;

import org.jspecify.annotations.NullMarked;

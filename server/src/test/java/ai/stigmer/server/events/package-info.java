@NullMarked
package ai.stigmer.server.events;

import org.jspecify.annotations.NullMarked;

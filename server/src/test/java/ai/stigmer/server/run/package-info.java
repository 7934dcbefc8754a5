@NullMarked
package ai.stigmer.server.run;

import org.jspecify.annotations.NullMarked;

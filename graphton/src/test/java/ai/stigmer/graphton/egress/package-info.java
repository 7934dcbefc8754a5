@NullMarked
package ai.stigmer.graphton.egress;

import org.jspecify.annotations.NullMarked;

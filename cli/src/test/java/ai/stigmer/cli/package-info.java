/** Tests of the command line. */
@NullMarked
package ai.stigmer.cli;

import org.jspecify.annotations.NullMarked;

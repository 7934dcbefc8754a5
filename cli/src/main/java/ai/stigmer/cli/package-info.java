/** The stigmer command: parses, composes, renders. The composition root of the command line. */
@NullMarked
package ai.stigmer.cli;

import org.jspecify.annotations.NullMarked;

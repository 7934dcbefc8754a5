/**
 * The training run from which the launcher's ahead-of-time cache is made. Depends on the command
 * line only.
 */
@NullMarked
package ai.stigmer.cli.launch;

import org.jspecify.annotations.NullMarked;

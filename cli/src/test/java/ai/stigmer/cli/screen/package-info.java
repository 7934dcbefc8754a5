/** Tests of what is shown. */
@NullMarked
package ai.stigmer.cli.screen;

import org.jspecify.annotations.NullMarked;

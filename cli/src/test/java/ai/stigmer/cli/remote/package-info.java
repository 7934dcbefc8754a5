/** Tests of following runs of a server. */
@NullMarked
package ai.stigmer.cli.remote;

import org.jspecify.annotations.NullMarked;

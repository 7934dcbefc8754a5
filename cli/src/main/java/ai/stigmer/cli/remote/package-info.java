/**
 * A stigmer server in the place of this machine's journal and engine: its runs are read, followed
 * and told what to do over HTTP. Depends on the runner's agents, the journal's codecs and the
 * configuration.
 */
@NullMarked
package ai.stigmer.cli.remote;

import org.jspecify.annotations.NullMarked;

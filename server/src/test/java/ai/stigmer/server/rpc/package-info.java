/** Tests of what all services share. */
@NullMarked
package ai.stigmer.server.rpc;

import org.jspecify.annotations.NullMarked;

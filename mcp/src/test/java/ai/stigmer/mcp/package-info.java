/** Tests of the MCP client against real processes and real HTTP. */
@NullMarked
package ai.stigmer.mcp;

import org.jspecify.annotations.NullMarked;

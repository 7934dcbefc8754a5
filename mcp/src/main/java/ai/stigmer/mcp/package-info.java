/**
 * MCP servers as tools: what a server is, how it is started or reached, which of its tools were
 * accepted, and what a call comes to. The types of the official SDK stay in here. Depends on the
 * library only.
 */
@NullMarked
package ai.stigmer.mcp;

import org.jspecify.annotations.NullMarked;

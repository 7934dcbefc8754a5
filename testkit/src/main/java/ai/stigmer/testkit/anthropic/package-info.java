/**
 * A fake of Anthropic's Messages API for tests of agents: real HTTP on a loopback port, driven by a
 * scenario, that answers a request which breaks a rule with the real API's error and notes it.
 * Depends on Jackson and on the servers' common parts.
 */
@NullMarked
package ai.stigmer.testkit.anthropic;

import org.jspecify.annotations.NullMarked;

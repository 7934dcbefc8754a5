/**
 * A fake Ollama server for tests of agents: real HTTP on a loopback port, driven by a scenario,
 * that notes every request that breaks a rule of the protocol. Depends on Jackson only.
 */
@NullMarked
package ai.stigmer.testkit.ollama;

import org.jspecify.annotations.NullMarked;

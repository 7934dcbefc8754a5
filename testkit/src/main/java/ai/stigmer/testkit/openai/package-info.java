/**
 * Fake servers with the two APIs of OpenAI for tests of agents: real HTTP on a loopback port,
 * driven by a scenario. They refuse what the real APIs refuse, in the same words, and note every
 * request that breaks a rule of ours. Depends on the HTTP side of the Ollama fake and Jackson.
 */
@NullMarked
package ai.stigmer.testkit.openai;

import org.jspecify.annotations.NullMarked;

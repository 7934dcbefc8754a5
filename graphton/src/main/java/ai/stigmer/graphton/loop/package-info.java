/**
 * The core: a pure decider over a transcript, and the loop that carries out what it decides,
 * writing every step down before anybody relies on it. Depends on all ports, on budgets and
 * sub-agents, on no implementation.
 */
@NullMarked
package ai.stigmer.graphton.loop;

import org.jspecify.annotations.NullMarked;

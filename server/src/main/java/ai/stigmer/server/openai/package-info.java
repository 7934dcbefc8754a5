/**
 * OpenAI's API for chat clients: each agent is a model, and a completion is an execution. Depends
 * on events and executions.
 */
@NullMarked
package ai.stigmer.server.openai;

import org.jspecify.annotations.NullMarked;

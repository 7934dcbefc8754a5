package ai.stigmer.server.run;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import java.util.function.BooleanSupplier;

/**
 * Who gets the states of an execution. Called on one thread at a time; {@link #send} may block as
 * long as it likes, for nobody waits for it.
 */
public interface Subscriber {

  /** One state. */
  void send(AgentExecution state);

  /** The last state was sent. */
  void completed();

  /** The server lets go of its subscribers; the execution goes on or is taken up later. */
  void dropped();

  /**
   * Waits until there is room for a state.
   *
   * @param gone whether there is nobody left to wait for
   */
  default void awaitRoom(BooleanSupplier gone) throws InterruptedException {}
}

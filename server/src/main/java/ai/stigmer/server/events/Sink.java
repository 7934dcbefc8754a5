package ai.stigmer.server.events;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Where events go. Called on one thread at a time; every method may block as long as it likes. */
public interface Sink {

  /**
   * One event.
   *
   * @param seq the journal entry that is told completely with this event; 0 when there is more of
   *     it to come, or when the journal does not hold it
   * @throws Gone when nobody reads any more
   */
  void event(ObjectNode event, long seq) throws Gone;

  /**
   * Nothing has happened for a while.
   *
   * @throws Gone when nobody reads any more
   */
  void quiet() throws Gone;

  /** The execution has ended, and everything was told. */
  void ended();

  /** The server ends or cannot go on; the execution goes on, and so can a reader. */
  void broken();

  /** Nobody reads any more. */
  final class Gone extends Exception {
    private static final long serialVersionUID = 1L;
  }
}

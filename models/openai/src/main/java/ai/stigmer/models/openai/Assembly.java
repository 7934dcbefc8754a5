package ai.stigmer.models.openai;

import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelRequest;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * Puts the events of one answer together to a turn, and shows its deltas on the way.
 *
 * <p>Thread contract: for one thread.
 */
sealed interface Assembly permits ResponsesAssembly, ChatAssembly {

  /** What an event means for the answer. */
  sealed interface Progress {
    /** The answer goes on. */
    record Open() implements Progress {}

    /** Nothing follows that is needed. */
    record Ended() implements Progress {}

    /** The server failed within the answer. */
    record Broken(ErrorBody error) implements Progress {}

    Progress OPEN = new Open();
    Progress ENDED = new Ended();
  }

  Progress add(JsonNode event);

  /** Whether all of the answer's content has come, so that {@link #finish} may be asked. */
  boolean isComplete();

  /** What the server has counted so far; nothing when it has not said. */
  Usage usage();

  ModelTurn finish(ModelRequest request);
}

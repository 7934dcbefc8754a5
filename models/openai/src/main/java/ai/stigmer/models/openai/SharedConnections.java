package ai.stigmer.models.openai;

import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;

/** The connections that nobody uses at the moment; a type of our own, so that it loads late. */
final class SharedConnections {
  private static final int MOST_IDLE = 64;
  private static final int IDLE_SECONDS = 30;

  private final ConnectionPool pool = new ConnectionPool(MOST_IDLE, IDLE_SECONDS, TimeUnit.SECONDS);

  ConnectionPool pool() {
    return pool;
  }
}

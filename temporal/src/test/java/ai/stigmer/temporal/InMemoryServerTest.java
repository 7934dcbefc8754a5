package ai.stigmer.temporal;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/** The contract on the SDK's server, where every task replays its history from the beginning. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InMemoryServerTest extends TemporalContract {
  private final Server server = Server.inMemory();

  @Override
  Server server() {
    return server;
  }

  @AfterAll
  void stop() {
    server.close();
  }
}

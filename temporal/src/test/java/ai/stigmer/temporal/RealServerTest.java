package ai.stigmer.temporal;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the real server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealServerTest extends TemporalContract {
  private Server server;

  @BeforeAll
  void start(@TempDir Path serverFolder) {
    server = Server.real(serverFolder);
  }

  @Override
  Server server() {
    return server;
  }

  @AfterAll
  void stop() {
    server.close();
  }
}

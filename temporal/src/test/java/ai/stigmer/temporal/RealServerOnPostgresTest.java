package ai.stigmer.temporal;

import ai.stigmer.testkit.postgres.PostgresServer;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** The contract on the real server over a journal in PostgreSQL, as a fleet has it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealServerOnPostgresTest extends RealServerTest {
  private PostgresServer postgres;

  @BeforeAll
  void startPostgres() {
    postgres = PostgresServer.start();
  }

  @Override
  Optional<String> database() {
    return Optional.of(postgres.newDatabase());
  }

  @AfterAll
  void stopPostgres() {
    postgres.close();
  }
}

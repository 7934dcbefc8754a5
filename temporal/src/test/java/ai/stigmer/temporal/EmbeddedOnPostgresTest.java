package ai.stigmer.temporal;

import ai.stigmer.testkit.postgres.PostgresServer;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** The contract without Temporal over a journal in PostgreSQL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddedOnPostgresTest extends EmbeddedEngineTest {
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

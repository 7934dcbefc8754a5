package ai.stigmer.store.resource;

import static java.util.Objects.requireNonNull;

import ai.stigmer.testkit.postgres.PostgresServer;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.postgresql.ds.PGSimpleDataSource;

/** Resources in a PostgreSQL database, on a real server. */
class PostgresResourcesTest extends ResourceContract {
  private static @Nullable PostgresServer server;

  private String database = "";

  @BeforeAll
  static void begin() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  @BeforeEach
  void open() {
    database = requireNonNull(server).newDatabase();
    super.open();
  }

  @Override
  ResourceStore open(Vault vault) {
    URI uri = URI.create(database);
    var source = new PGSimpleDataSource();
    source.setUrl("jdbc:postgresql://127.0.0.1:" + uri.getPort() + uri.getPath());
    String[] user = uri.getUserInfo().split(":", -1);
    source.setUser(user[0]);
    source.setPassword(user[1]);
    return Resources.postgresql(source, vault);
  }

  @Override
  String raw() {
    return requireNonNull(server)
        .sql(
            URI.create(database).getPath().substring(1),
            "SELECT id || encode(body, 'escape') FROM resources");
  }
}

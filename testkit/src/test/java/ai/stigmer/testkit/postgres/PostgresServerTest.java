package ai.stigmer.testkit.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresServerTest {
  private static PostgresServer server;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void eachTestGetsADatabaseOfItsOwn() {
    String one = PostgresServer.name(server.newDatabase());
    String other = PostgresServer.name(server.newDatabase());
    server.sql(one, "CREATE TABLE t(x int); INSERT INTO t VALUES (1), (2)");
    assertThat(server.sql(one, "SELECT x FROM t ORDER BY x")).isEqualTo("1\n2");
    assertThatThrownBy(() -> server.sql(other, "SELECT x FROM t"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("does not exist");
  }

  @Test
  void itListensOnTheLoopbackInterfaceOnly() {
    assertThat(server.sql("postgres", "SHOW listen_addresses")).isEqualTo("127.0.0.1");
    assertThat(server.sql("postgres", "SHOW unix_socket_directories")).isEmpty();
  }

  @Test
  void whatWasCommittedIsThereAfterAStopAndAfterAKill() {
    String name = PostgresServer.name(server.newDatabase());
    server.sql(name, "CREATE TABLE t(x int); INSERT INTO t VALUES (1)");
    server.stop();
    server.restart();
    server.sql(name, "INSERT INTO t VALUES (2)");
    server.kill();
    assertThatThrownBy(() -> server.sql(name, "SELECT 1")).hasMessageContaining("refused");
    server.restart();
    assertThat(server.sql(name, "SELECT count(*) FROM t")).isEqualTo("2");
  }
}

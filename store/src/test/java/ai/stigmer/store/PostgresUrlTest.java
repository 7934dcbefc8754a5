package ai.stigmer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.model.Secret;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresUrlTest {

  @Test
  void everyPartIsReadAndDecoded() {
    assertThat(
            PostgresUrl.parse(
                "postgres://me%40home:p%40ss%2Fw@h1:5433,[::1]/my%20db?sslmode=verify-full"))
        .isEqualTo(
            new PostgresUrl(
                List.of("h1:5433", "[::1]"),
                "my db",
                Optional.of("me@home"),
                Optional.of(Secret.of("p@ss/w")),
                Map.of("sslmode", "verify-full")));
  }

  @Test
  void theDriverGetsEachPartWhereItBelongs() {
    PostgresUrl url = PostgresUrl.parse("postgresql://me:a+b@h/d?target_session_attrs=read-write");
    Properties properties = url.properties();
    assertThat(url.jdbc()).isEqualTo("jdbc:postgresql://h/d");
    assertThat(properties)
        .containsEntry("user", "me")
        .containsEntry("password", "a+b")
        .containsEntry("targetServerType", "primary");
  }

  @Test
  void ofSeveralHostsTheOneIsUsedThatTakesWrites() {
    assertThat(PostgresUrl.parse("postgresql://h1,h2/d").properties())
        .containsEntry("targetServerType", "primary");
    assertThat(PostgresUrl.parse("postgresql://h1/d").properties())
        .doesNotContainKey("targetServerType");
  }

  @Test
  void itIsNeverPrintedWithItsPassword() {
    PostgresUrl url = PostgresUrl.parse("postgresql://me:hunter2@h:1/d?sslmode=require");
    assertThat(url.toString()).isEqualTo("postgresql://me:***@h:1/d");
    assertThat(url.redacted("it said hunter2")).isEqualTo("it said ***");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://h",
        "postgresql://h/",
        "postgresql:///d",
        "postgresql://u:hunter2@@h/d",
        "postgresql://u:hunter2@h/d/e?x",
        "postgresql://u:hunter2@h;x/d",
        "postgresql://u:hunter2@h:123456/d",
        "postgresql://u:hunter2@h/d?password=hunter2",
        "postgresql://u:hunter2@h/d?socketFactory=evil",
        "postgresql://u:hunter2%zz@h/d",
        "jdbc:postgresql://u:hunter2@h/d"
      })
  void whatIsNoAddressIsRefusedWithoutRepeatingIt(String text) {
    assertThatThrownBy(() -> PostgresUrl.parse(text))
        .hasMessageContaining("E139")
        .satisfies(e -> assertThat(e.toString()).doesNotContain("hunter2"));
  }
}

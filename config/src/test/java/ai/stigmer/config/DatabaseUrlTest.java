package ai.stigmer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.Secret;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseUrlTest {

  @ParameterizedTest
  @CsvSource({
    "postgresql://u:p@h/db, postgresql://u:***@h/db",
    "postgres://u:p@h:5432/db?sslmode=require, postgresql://u:***@h:5432/db",
    "postgresql://u@h/db, postgresql://u@h/db",
    "'postgresql://h1:1,h2:2/db', 'postgresql://h1:1,h2:2/db'",
    "postgresql://u:p@ss@h/db, (hidden: it may hold a credential)",
    "postgresql://u:p@h/db?password=p, postgresql://u:***@h/db",
    "jdbc:postgresql://h/db?password=p, (hidden: it may hold a credential)",
    "mysql://u:p@h/db, (hidden: it may hold a credential)",
    "/var/lib/stigmer.db, /var/lib/stigmer.db",
    "C:\\stigmer.db, C:\\stigmer.db"
  })
  void anAddressIsShownWithoutItsPassword(String text, String shown) {
    assertThat(DatabaseUrl.shown(text)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://u:p@h/db, true",
    "postgres://h/db, true",
    "a/file.db, true",
    "postgresql://h, false",
    "postgresql:h/db, false",
    "postgresql://u:p@ss@h/db, false",
    "jdbc:postgresql://h/db, false",
    "mysql://h/db, false"
  })
  void whatIsNeitherAFileNorAnAddressIsAProblem(String text, boolean usable) {
    Resolved resolved = resolved(Map.of("STIGMER_DATABASE_URL", text), Map.of());
    assertThat(resolved.problems()).hasSize(usable ? 0 : 1);
    if (usable) {
      assertThat(resolved.databaseUrl()).contains(Secret.of(text));
    } else {
      assertThat(resolved.problems().getFirst().code()).isEqualTo("E139");
      assertThat(resolved.problems().getFirst().from()).contains("STIGMER_DATABASE_URL");
      assertThatThrownBy(resolved::databaseUrl).isInstanceOf(ProblemException.class);
    }
  }

  @Test
  void aPasswordInTheFlagIsRefusedAndNotUsed() {
    Resolved resolved =
        resolved(Map.of(), Map.of("database.url", "postgresql://u:hunter2hunter2@h/db"));
    assertThat(resolved.problems().getFirst().code()).isEqualTo("E138");
    assertThat(resolved.problems() + resolved.toJson() + resolved.toText())
        .doesNotContain("hunter2");
    assertThatThrownBy(resolved::databaseUrl).hasMessageContaining("E138");
  }

  @Test
  void theFlagIsStrongerThanTheVariableWhichIsShownWithoutItsPassword() {
    Resolved resolved =
        resolved(
            Map.of("STIGMER_DATABASE_URL", "postgresql://u:hunter2@h/db"),
            Map.of("database.url", "postgresql://u@h/other"));
    assertThat(resolved.databaseUrl()).contains(Secret.of("postgresql://u@h/other"));
    assertThat(resolved.toText())
        .contains("postgresql://u@h/other", "shadowed: postgresql://u:***@h/db")
        .doesNotContain("hunter2");
  }

  @Test
  void whatElseIsWrongDoesNotKeepTheJournalFromBeingFound() {
    Resolved resolved =
        resolved(
            Map.of("STIGMER_LLM_PROVIDER", "nobody", "STIGMER_DATABASE_URL", "x.db"), Map.of());
    assertThat(resolved.problems()).isNotEmpty();
    assertThat(resolved.databaseUrl()).contains(Secret.of("x.db"));
  }

  private static Resolved resolved(Map<String, String> env, Map<String, String> flags) {
    ConfigInput input = ConfigInput.of(env, Path.of("/nowhere"), "stigmer run").withoutFile();
    for (Map.Entry<String, String> flag : flags.entrySet()) {
      input = input.flag(flag.getKey(), flag.getValue(), "--database-url");
    }
    return Cascade.resolve(input);
  }
}

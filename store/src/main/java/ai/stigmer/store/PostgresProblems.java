package ai.stigmer.store;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/*
 * The states are those of PostgreSQL's appendix A, "Error Codes". HikariCP tells of a connection that it could not get
 * in time by an exception of its own, whose cause is the driver's.
 */
/** What PostgreSQL's errors mean: what passes by itself, and words for whoever must act. */
final class PostgresProblems {
  /** The server restarts, has no room for one more session, or chose us to end a deadlock. */
  private static final Set<String> PASSING =
      Set.of("57P01", "57P02", "57P03", "57P05", "53300", "57014", "55P03", "40001", "40P01");

  private PostgresProblems() {}

  /** Whether the same may work in a while, although nobody mends anything in Stigmer. */
  static boolean passes(SQLException e) {
    String state = state(e);
    return state == null || state.startsWith("08") || PASSING.contains(state);
  }

  /** The problem that an error stands for. */
  static ProblemException of(PostgresUrl url, SQLException e) {
    return new ProblemException(problem(url, e), e);
  }

  static Problem problem(PostgresUrl url, SQLException e) {
    String state = state(e);
    String said =
        url.redacted(String.valueOf(deepest(e).getMessage())).lines().findFirst().orElse("");
    return words(url, state == null ? "" : state).from(url.shown(), said);
  }

  private static Problem words(PostgresUrl url, String state) {
    return switch (state) {
      case "28P01", "28000" ->
          Problem.of("E531", Category.CREDENTIALS, "the database refuses the user or the password")
              .help(
                  "see where the address comes from: stigmer config explain",
                  "try it without stigmer: psql -h HOST -U USER " + url.database());
      case "3D000" ->
          Problem.of("E533", Category.STORE, "the server has no database " + url.database())
              .help("make it: createdb " + url.database(), "or name another in database.url");
      case "25006" -> readOnly();
      case "42501" ->
          Problem.of("E510", Category.STORE, "the database user may not write the journal")
              .help(
                  "let it: GRANT CREATE, CONNECT ON DATABASE " + url.database() + " TO USER",
                  "or let the owner of the schema stigmer own it: ALTER SCHEMA stigmer OWNER TO USER");
      case "53100", "58030", "53200" ->
          Problem.of("E506", Category.STORE, "the journal cannot be written")
              .help("check free space and health of the database's disk, then: stigmer resume ID");
      case "XX001", "XX002" ->
          Problem.of("E503", Category.STORE, "the database is damaged")
              .help("nothing was changed; restore a backup");
      default ->
          state.isEmpty() || state.startsWith("08") || PASSING.contains(state)
              ? Problem.of("E530", Category.STORE, "the database cannot be reached")
                  .help(
                      "check that it runs and that its address is right: stigmer config explain",
                      "nothing is lost; a run that was going on: stigmer resume ID")
              : Problem.of("E506", Category.STORE, "the journal cannot be written")
                  .help("what the database said is above; then: stigmer resume ID");
    };
  }

  /** A journal that was opened for reading takes nothing. */
  static ProblemException openedForReading(PostgresUrl url) {
    return readOnly().from(url.shown()).asException();
  }

  private static Problem readOnly() {
    return Problem.of("E510", Category.STORE, "the journal is read-only, so nothing can be run")
        .help(
            "the server is a standby or was set read-only: name the one that takes writes",
            "several hosts may be named, the one that takes writes is used:"
                + " postgresql://HOST1,HOST2/DATABASE");
  }

  /** What was asked for could not be decided for so long that nobody should wait longer. */
  static ProblemException gaveUp(PostgresUrl url, SQLException e, long seconds) {
    Problem problem = problem(url, e);
    return new ProblemException(
        new Problem(
            problem.code(),
            problem.category(),
            problem.message() + " since " + seconds + " s",
            problem.from(),
            problem.help()),
        e);
  }

  /** The state that the server gave; null when it gave none. */
  private static @Nullable String state(SQLException e) {
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (each instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState();
      }
    }
    return null;
  }

  private static Throwable deepest(SQLException e) {
    Throwable found = e;
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (each instanceof SQLException) {
        found = each;
      }
    }
    return found;
  }
}

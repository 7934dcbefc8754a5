package ai.stigmer.store.resource;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.store.resource.Resource.Protection;
import com.google.protobuf.ByteString;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import javax.sql.DataSource;

/*
 * SQLite has one writer at a time and lets the next one sleep in native code, for up to a tenth of a second at once,
 * with its connection and its thread, which may carry other runs. So the writers of this process wait for each other
 * here, without either; only those of other processes are left to SQLite. Whoever comes at the right moment goes first:
 * to hand over to a thread that has yet to get a processor would leave the file idle.
 */
/**
 * Resources in a database, in SQL that SQLite and PostgreSQL both speak.
 *
 * <p>Thread contract: thread-safe.
 */
final class SqlResources implements ResourceStore {
  private static final String COLUMNS =
      "id, kind, owner, slug, version, created, updated, protection, body";
  private static final String LABELS_OF = "SELECT label FROM resource_labels WHERE resource = ?";
  private static final String WITH_LABEL =
      " AND id IN (SELECT resource FROM resource_labels WHERE label = ?)";

  /** The class of SQL states that tell of a broken constraint. */
  private static final String CONSTRAINT = "23";

  /** SQLite's own number for the same. */
  private static final int SQLITE_CONSTRAINT = 19;

  private final DataSource source;
  private final Vault vault;
  private final Semaphore writers;
  private final Runnable closing;

  /**
   * @param writers the most changes at once
   * @param closing is run when this store is closed
   */
  private SqlResources(DataSource source, Vault vault, int writers, Runnable closing) {
    this.source = source;
    this.vault = vault;
    this.writers = new Semaphore(writers);
    this.closing = closing;
  }

  static SqlResources open(DataSource source, Engine engine, Vault vault, Runnable closing) {
    try (Connection connection = source.getConnection()) {
      ResourceSchema.bringUp(connection, engine);
    } catch (SQLException e) {
      throw unusable(e);
    }
    return new SqlResources(
        source, vault, engine == Engine.SQLITE ? 1 : Integer.MAX_VALUE, closing);
  }

  @FunctionalInterface
  private interface Work<T> {
    T with(Connection connection) throws SQLException;
  }

  @Override
  public void insert(Resource resource) {
    var _ =
        changing(
            connection -> {
              try (PreparedStatement insert =
                  connection.prepareStatement(
                      "INSERT INTO resources(" + COLUMNS + ") VALUES(?,?,?,?,?,?,?,?,?)")) {
                insert.setString(1, resource.id());
                insert.setString(2, resource.kind());
                insert.setString(3, resource.owner());
                insert.setString(4, resource.slug());
                insert.setLong(5, resource.version());
                insert.setLong(6, resource.created().toEpochMilli());
                insert.setLong(7, resource.updated().toEpochMilli());
                insert.setString(8, resource.protection().name());
                insert.setBytes(9, stored(resource));
                insert.executeUpdate();
              } catch (SQLException e) {
                if (isConstraint(e)) {
                  throw exists(resource);
                }
                throw e;
              }
              addLabels(connection, resource);
              return true;
            });
  }

  @Override
  public void replace(Resource resource) {
    var _ =
        changing(
            connection -> {
              try (PreparedStatement update =
                  connection.prepareStatement(
                      "UPDATE resources SET version = ?, updated = ?, protection = ?, body = ?"
                          + " WHERE id = ? AND kind = ? AND version = ?")) {
                update.setLong(1, resource.version());
                update.setLong(2, resource.updated().toEpochMilli());
                update.setString(3, resource.protection().name());
                update.setBytes(4, stored(resource));
                update.setString(5, resource.id());
                update.setString(6, resource.kind());
                update.setLong(7, resource.version() - 1);
                if (update.executeUpdate() == 0) {
                  throw changedMeanwhile(resource);
                }
              }
              dropLabels(connection, resource.id());
              addLabels(connection, resource);
              return true;
            });
  }

  @Override
  public Optional<Resource> delete(String kind, String id) {
    return changing(
        connection -> {
          Optional<Resource> found = find(connection, "id = ? AND kind = ?", id, kind);
          if (found.isPresent()) {
            dropLabels(connection, id);
            try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM resources WHERE id = ?")) {
              delete.setString(1, id);
              delete.executeUpdate();
            }
          }
          return found;
        });
  }

  @Override
  public Optional<Resource> find(String kind, String id) {
    return reading(connection -> find(connection, "id = ? AND kind = ?", id, kind));
  }

  @Override
  public Optional<Resource> findBySlug(String kind, String owner, String slug) {
    return reading(
        connection -> find(connection, "kind = ? AND owner = ? AND slug = ?", kind, owner, slug));
  }

  @Override
  public Page list(Query query) {
    return reading(
        connection -> {
          Set<String> labels = new TreeSet<>(query.labels());
          String where = " WHERE kind = ?" + WITH_LABEL.repeat(labels.size());
          var arguments = new ArrayList<>(List.of(query.kind()));
          arguments.addAll(labels);
          long total;
          try (PreparedStatement count =
                  prepared(connection, "SELECT count(*) FROM resources" + where, arguments);
              ResultSet rows = count.executeQuery()) {
            rows.next();
            total = rows.getLong(1);
          }
          if (!query.after().isEmpty()) {
            where += behind(connection, query);
            arguments.add(query.after());
          }
          String sql =
              "SELECT "
                  + COLUMNS
                  + " FROM resources"
                  + where
                  + " ORDER BY created DESC, id DESC LIMIT "
                  + query.limit();
          try (PreparedStatement select = prepared(connection, sql, arguments)) {
            return new Page(all(connection, select), total);
          }
        });
  }

  /** What was deleted since it was given is not there to tell its time: then ids alone tell it. */
  private static String behind(Connection connection, Query query) throws SQLException {
    try (PreparedStatement select =
            prepared(connection, "SELECT id FROM resources WHERE id = ?", List.of(query.after()));
        ResultSet rows = select.executeQuery()) {
      return rows.next()
          ? " AND (created, id) < (SELECT created, id FROM resources WHERE id = ?)"
          : " AND id < ?";
    }
  }

  @Override
  public Set<String> ids(String kind, String label) {
    return reading(
        connection -> {
          var ids = new HashSet<String>();
          try (PreparedStatement select =
                  prepared(
                      connection,
                      "SELECT id FROM resources WHERE kind = ?" + WITH_LABEL,
                      List.of(kind, label));
              ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              ids.add(rows.getString(1));
            }
          }
          return ids;
        });
  }

  @Override
  public void close() {
    closing.run();
  }

  private Optional<Resource> find(Connection connection, String where, String... arguments)
      throws SQLException {
    try (PreparedStatement select =
        prepared(
            connection,
            "SELECT " + COLUMNS + " FROM resources WHERE " + where,
            List.of(arguments))) {
      return all(connection, select).stream().findFirst();
    }
  }

  private List<Resource> all(Connection connection, PreparedStatement select) throws SQLException {
    var found = new ArrayList<Resource>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        found.add(resource(connection, rows));
      }
    }
    return found;
  }

  private Resource resource(Connection connection, ResultSet row) throws SQLException {
    String id = row.getString(1);
    Protection protection = Protection.valueOf(row.getString(8));
    ByteString body = ByteString.copyFrom(row.getBytes(9));
    return new Resource(
        id,
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getLong(5),
        Instant.ofEpochMilli(row.getLong(6)),
        Instant.ofEpochMilli(row.getLong(7)),
        labels(connection, id),
        protection,
        protection == Protection.ENCRYPTED ? vault.decrypt(id, body) : body);
  }

  private static Set<String> labels(Connection connection, String id) throws SQLException {
    var labels = new TreeSet<String>();
    try (PreparedStatement select = prepared(connection, LABELS_OF, List.of(id));
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        labels.add(rows.getString(1));
      }
    }
    return labels;
  }

  private byte[] stored(Resource resource) {
    return switch (resource.protection()) {
      case PLAIN -> resource.body().toByteArray();
      case ENCRYPTED -> vault.encrypt(resource.id(), resource.body()).toByteArray();
    };
  }

  private static void addLabels(Connection connection, Resource resource) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO resource_labels(label, resource) VALUES(?, ?)")) {
      for (String label : resource.labels()) {
        insert.setString(1, label);
        insert.setString(2, resource.id());
        insert.executeUpdate();
      }
    }
  }

  private static void dropLabels(Connection connection, String id) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM resource_labels WHERE resource = ?")) {
      delete.setString(1, id);
      delete.executeUpdate();
    }
  }

  private static PreparedStatement prepared(
      Connection connection, String sql, List<String> arguments) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < arguments.size(); i++) {
      // PostgreSQL refuses this character in any text, so nothing has it in its name.
      statement.setString(i + 1, arguments.get(i).replace('\0', '\uFFFD'));
    }
    return statement;
  }

  private <T> T reading(Work<T> work) {
    try (Connection connection = source.getConnection()) {
      return work.with(connection);
    } catch (SQLException e) {
      throw unusable(e);
    }
  }

  private <T> T changing(Work<T> work) {
    writers.acquireUninterruptibly();
    try {
      return changingNow(work);
    } finally {
      writers.release();
    }
  }

  private <T> T changingNow(Work<T> work) {
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = work.with(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw unusable(e);
    }
  }

  private static boolean isConstraint(SQLException e) {
    return String.valueOf(e.getSQLState()).startsWith(CONSTRAINT)
        || (e.getErrorCode() & 0xff) == SQLITE_CONSTRAINT;
  }

  private static ProblemException exists(Resource resource) {
    return Problem.of(
            "E550",
            Problem.Category.USAGE,
            "there is already a resource of the kind "
                + resource.kind()
                + " with the name "
                + resource.slug())
        .help("choose another name, or update the one that is there")
        .asException();
  }

  private static ProblemException changedMeanwhile(Resource resource) {
    return Problem.of(
            "E551",
            Problem.Category.USAGE,
            "resource " + resource.id() + " was changed or deleted by somebody else meanwhile")
        .help("get it again and repeat the change")
        .asException();
  }

  private static ProblemException unusable(SQLException e) {
    return new ProblemException(
        Problem.of("E506", Problem.Category.STORE, "the database of resources cannot be used")
            .from(String.valueOf(e.getMessage()))
            .help("check free space and health of the disk, or the connection to the database"),
        e);
  }
}

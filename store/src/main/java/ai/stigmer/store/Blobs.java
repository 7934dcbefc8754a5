package ai.stigmer.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/*
 * A file that an agent reads five times is in five entries, each with a call's id of its own, so whole entries are
 * never equal. What is taken out is therefore the long string within an entry's JSON, as it stands between its quotes:
 * putting it back gives the very text whose hash is in the chain.
 */
/** Long texts, cut out of entries, each kept once under the SHA-256 of what it says. */
final class Blobs {
  /** The shortest text that is cut out, in characters; docs/performance.md says why this one. */
  static final int THRESHOLD = 8_192;

  static final String INSERT =
      "INSERT INTO blobs(hash, text) VALUES(?, ?) ON CONFLICT(hash) DO NOTHING";
  private static final Pattern PART = Pattern.compile("\\d{1,9}:[0-9a-f]{64}");
  private static final String FIND = "SELECT text FROM blobs WHERE hash = ?";

  private Blobs() {}

  /** A text that was cut out. */
  record Blob(String hash, String text) {}

  /**
   * An entry's text without its long strings.
   *
   * @param parts {@code offset:hash} of each blob, by comma; null when there is none
   */
  record Cut(String body, @Nullable String parts, List<Blob> blobs) {}

  /** Where a blob stands in the text from which it was cut. */
  record Part(int offset, String hash) {}

  static Cut cut(String body) {
    if (body.length() < THRESHOLD) {
      return new Cut(body, null, List.of());
    }
    var rest = new StringBuilder();
    var parts = new ArrayList<String>();
    var blobs = new ArrayList<Blob>();
    int kept = 0;
    for (int quote = body.indexOf('"'); quote >= 0; ) {
      int end = endOfString(body, quote + 1);
      if (end - quote > THRESHOLD) {
        String text = body.substring(quote + 1, end);
        Blob blob = new Blob(hash(text), text);
        rest.append(body, kept, quote + 1);
        parts.add(rest.length() + ":" + blob.hash());
        blobs.add(blob);
        kept = end;
      }
      quote = body.indexOf('"', end + 1);
    }
    rest.append(body, kept, body.length());
    return new Cut(rest.toString(), blobs.isEmpty() ? null : String.join(",", parts), blobs);
  }

  private static int endOfString(String json, int from) {
    int at = from;
    while (at < json.length() && json.charAt(at) != '"') {
      at += json.charAt(at) == '\\' ? 2 : 1;
    }
    return Math.min(at, json.length());
  }

  /** The blobs that a row of the entries names; null when it is no such list. */
  static @Nullable List<Part> parts(String parts) {
    var found = new ArrayList<Part>();
    for (String part : parts.split(",", -1)) {
      if (!PART.matcher(part).matches()) {
        return null;
      }
      int colon = part.indexOf(':');
      found.add(new Part(Integer.parseInt(part.substring(0, colon)), part.substring(colon + 1)));
    }
    return found;
  }

  /**
   * The whole text again.
   *
   * @return null when a blob is missing or does not say what its hash says
   */
  static @Nullable String restore(Connection connection, String body, String parts)
      throws SQLException {
    List<Part> found = parts(parts);
    if (found == null) {
      return null;
    }
    var whole = new StringBuilder();
    int kept = 0;
    for (Part part : found) {
      String text = text(connection, part.hash());
      boolean fits = part.offset() >= kept && part.offset() <= body.length();
      if (!fits || text == null || !hash(text).equals(part.hash())) {
        return null;
      }
      whole.append(body, kept, part.offset()).append(text);
      kept = part.offset();
    }
    return whole.append(body, kept, body.length()).toString();
  }

  private static @Nullable String text(Connection connection, String hash) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(FIND)) {
      select.setString(1, hash);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    }
  }

  /** The hashes that entries name. */
  static Set<String> named(Connection connection) throws SQLException {
    var named = new HashSet<String>();
    eachName(connection, named::add);
    return named;
  }

  /**
   * The hashes that the entries of one run name.
   *
   * @param select the parts of a run's entries, by a number that says which run
   */
  static Set<String> named(Connection connection, String select, long run) throws SQLException {
    var named = new HashSet<String>();
    try (PreparedStatement statement = connection.prepareStatement(select)) {
      statement.setLong(1, run);
      try (ResultSet rows = statement.executeQuery()) {
        eachName(rows, named::add);
      }
    }
    return named;
  }

  /** Tells of each time that an entry names a hash. */
  static void eachName(Connection connection, Consumer<String> told) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT parts FROM entries WHERE parts IS NOT NULL")) {
      eachName(rows, told);
    }
  }

  private static void eachName(ResultSet rows, Consumer<String> told) throws SQLException {
    while (rows.next()) {
      List<Part> parts = parts(rows.getString(1));
      if (parts != null) {
        parts.forEach(part -> told.accept(part.hash()));
      }
    }
  }

  /** The bytes of each text, by its hash. */
  static Map<String, Long> sizes(Connection connection) throws SQLException {
    var sizes = new HashMap<String, Long>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT hash, octet_length(text) FROM blobs")) {
      while (rows.next()) {
        sizes.put(rows.getString(1), rows.getLong(2));
      }
    }
    return sizes;
  }

  static String hash(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

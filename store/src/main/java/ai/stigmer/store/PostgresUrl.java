package ai.stigmer.store;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.Problem.Category;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.Secret;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The address of a PostgreSQL database, as {@code psql} takes it: {@code
 * postgresql://user:password@host:port,host:port/database?sslmode=verify-full}.
 *
 * @param hosts one or more, each with or without a port; of several, the one that takes writes
 * @param password empty where the driver finds it in the user's {@code .pgpass}
 * @param parameters of the driver, from a list of those that are safe to pass on
 */
public record PostgresUrl(
    List<String> hosts,
    String database,
    Optional<String> user,
    Optional<Secret> password,
    Map<String, String> parameters) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?:postgresql|postgres)://(?:([^:@/?]*)(?::([^@/?]*))?@)?([^@/?]+)/([^/?@]+)(?:\\?(.*))?");
  private static final Pattern HOST =
      Pattern.compile("(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::[0-9]{1,5})?");

  /** What an address may say, and what the driver calls it. */
  private static final Map<String, String> PARAMETERS =
      Map.of(
          "sslmode", "sslmode",
          "sslrootcert", "sslrootcert",
          "sslcert", "sslcert",
          "sslkey", "sslkey",
          "application_name", "ApplicationName",
          "target_session_attrs", "targetServerType");

  public PostgresUrl {
    hosts = List.copyOf(hosts);
    parameters = Map.copyOf(parameters);
  }

  /** Whether a text means a PostgreSQL database, and not a file. */
  public static boolean isOne(String text) {
    return text.startsWith("postgresql:") || text.startsWith("postgres:");
  }

  /**
   * Reads an address.
   *
   * @throws ProblemException E139 when it is none; the message holds nothing of it
   */
  public static PostgresUrl parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw invalid("it is not of the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
    }
    List<String> hosts = List.of(matcher.group(3).split(",", -1));
    if (!hosts.stream().allMatch(host -> HOST.matcher(host).matches())) {
      throw invalid("a host in it is no host");
    }
    return new PostgresUrl(
        hosts,
        decoded(matcher.group(4)),
        part(matcher.group(1)),
        part(matcher.group(2)).map(Secret::of),
        parameters(Optional.ofNullable(matcher.group(5)).orElse("")));
  }

  /** Whether an address has a password or something else that must not be seen. */
  public static boolean holdsPassword(String text) {
    return parse(text).password().isPresent();
  }

  /** The address as it may be shown: without the password. */
  public String shown() {
    return "postgresql://"
        + user.map(name -> name + (password.isPresent() ? ":***@" : "@")).orElse("")
        + String.join(",", hosts)
        + "/"
        + database;
  }

  @Override
  public String toString() {
    return shown();
  }

  /** The address for the driver; user and password stand in {@link #properties}. */
  String jdbc() {
    return "jdbc:postgresql://" + String.join(",", hosts) + "/" + encoded(database);
  }

  Properties properties() {
    var properties = new Properties();
    user.ifPresent(name -> properties.setProperty("user", name));
    password.ifPresent(secret -> properties.setProperty("password", secret.reveal()));
    properties.setProperty("ApplicationName", "stigmer");
    if (hosts.size() > 1) {
      properties.setProperty("targetServerType", "primary");
    }
    parameters.forEach(properties::setProperty);
    return properties;
  }

  /** A text of the driver or the server without the password, should it hold it. */
  String redacted(String text) {
    return password.map(secret -> text.replace(secret.reveal(), "***")).orElse(text);
  }

  private static Map<String, String> parameters(String query) {
    var parameters = new TreeMap<String, String>();
    for (String each : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equals = each.indexOf('=');
      String name = equals < 0 ? each : each.substring(0, equals);
      String known = PARAMETERS.get(name);
      if (known == null || equals < 0) {
        throw invalid(
            "one of its parameters is unknown; known are "
                + String.join(", ", new TreeMap<>(PARAMETERS).keySet()));
      }
      String value = decoded(each.substring(equals + 1));
      parameters.put(
          known,
          name.equals("target_session_attrs") && value.equals("read-write") ? "primary" : value);
    }
    return parameters;
  }

  private static Optional<String> part(@Nullable String text) {
    return Optional.ofNullable(text).map(PostgresUrl::decoded).filter(part -> !part.isBlank());
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw invalid("a % in it is not followed by two hexadecimal digits");
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static ProblemException invalid(String why) {
    return Problem.of(
            "E139", Category.CONFIGURATION, "the address of the database is wrong: " + why)
        .help(
            "a form that works: postgresql://stigmer@db.example:5432/stigmer",
            "in a password, write @ as %40, : as %3A, / as %2F, ? as %3F, % as %25")
        .asException();
  }
}

package ai.stigmer.runner;

import ai.stigmer.config.KeyShape;
import ai.stigmer.mcp.McpServer;
import ai.stigmer.mcp.McpServer.Connection.Http;
import ai.stigmer.mcp.McpServer.Connection.Stdio;
import ai.stigmer.mcp.Placeholders;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Secrets that stand in the definition of an MCP server where a placeholder should. A definition is
 * shown, journaled and sent to whoever goes on with a run, so none may hold one.
 */
public final class LiteralSecrets {
  /** What a header says of itself, as in {@code Bearer abc}, is no part of the secret. */
  private static final String SCHEME = "^[A-Za-z]+ +";

  /** A header that only sounds like a secret may hold a word. */
  private static final int SHORTEST_IN_HEADER = 8;

  private static final Pattern SECRET_OPTION =
      Pattern.compile(
          "--?.*(token|secret|password|passwd|api[-_]?key|access[-_]?key|[-_]pass|[-_]pat)",
          Pattern.CASE_INSENSITIVE);

  private LiteralSecrets() {}

  /**
   * What is wrong with a definition that holds one, without the secret; empty when it holds none.
   */
  public static Optional<String> in(McpServer.Connection connection) {
    return places(connection).findFirst().map(LiteralSecrets::wrong);
  }

  private static Stream<String> places(McpServer.Connection connection) {
    return switch (connection) {
      case Stdio stdio ->
          Stream.concat(
              stdio.env().entrySet().stream()
                  .filter(one -> isSecret(one, KnownSecrets.SHORTEST_BY_NAME))
                  .map(one -> "the variable " + one.getKey()),
              arguments(stdio.args()));
      case Http http ->
          Stream.of(http.headers(), http.query())
              .flatMap(map -> map.entrySet().stream())
              .filter(one -> isSecret(one, SHORTEST_IN_HEADER))
              .map(one -> "the header or parameter " + one.getKey());
    };
  }

  /** An argument is named by what stands before its equals sign, or by the option before it. */
  private static Stream<String> arguments(List<String> args) {
    return IntStream.range(0, args.size())
        .filter(i -> isSecretArgument(i == 0 ? "" : args.get(i - 1), args.get(i)))
        .mapToObj(_ -> "an argument");
  }

  private static boolean isSecretArgument(String before, String arg) {
    int equals = arg.indexOf('=');
    String value = arg.substring(equals + 1);
    String name = equals > 0 ? arg.substring(0, equals) : before;
    return isKey(value)
        || (SECRET_OPTION.matcher(name).matches()
            && !value.startsWith("-")
            && isSecret(Map.entry("TOKEN", value), KnownSecrets.SHORTEST_BY_NAME));
  }

  private static boolean isSecret(Map.Entry<String, String> one, int shortest) {
    String value = one.getValue().strip().replaceFirst(SCHEME, "");
    return Placeholders.names(value).isEmpty()
        && (isKey(value)
            || (RunVariables.soundsSecret(one.getKey())
                && value.length() >= shortest
                && !value.startsWith("/")
                && !value.contains("://")
                && value.chars().noneMatch(Character::isWhitespace)));
  }

  private static boolean isKey(String value) {
    return !KeyShape.vendorOf(value).isEmpty() || KnownSecrets.passwordIn(value).isPresent();
  }

  private static String wrong(String place) {
    return place + " holds a secret; write ${NAME} there, and put the value into a variable";
  }
}

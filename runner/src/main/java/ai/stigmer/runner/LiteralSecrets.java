package ai.stigmer.runner;

import ai.stigmer.config.KeyShape;
import ai.stigmer.mcp.McpServer;
import ai.stigmer.mcp.McpServer.Connection.Http;
import ai.stigmer.mcp.McpServer.Connection.Stdio;
import ai.stigmer.mcp.Placeholders;
import java.util.Map;
import java.util.Optional;
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
              stdio.args().stream()
                  .filter(arg -> isKey(arg.substring(arg.indexOf('=') + 1)))
                  .map(_ -> "an argument"));
      case Http http ->
          Stream.of(http.headers(), http.query())
              .flatMap(map -> map.entrySet().stream())
              .filter(one -> isSecret(one, SHORTEST_IN_HEADER))
              .map(one -> "the header or parameter " + one.getKey());
    };
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

package ai.stigmer.cli;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.server.RunningServer;
import ai.stigmer.server.console.Login;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Lets a browser into the console of this home's server. */
@Command(
    name = "console",
    description = "Print a link that lets a browser into the server's console.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The link is good once and for two minutes; the browser stays in for twelve hours.",
      "Example:",
      "  stigmer server start --background",
      "  stigmer console"
    })
final class ConsoleCommand implements Callable<Integer> {
  private static final int ANSWER_MILLIS = 5_000;

  private final Surroundings surroundings;

  ConsoleCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    RunningServer.Found server =
        RunningServer.find(surroundings.home())
            .orElseThrow(
                () ->
                    Problem.of("E566", Problem.Category.SERVER, "no server of this home is running")
                        .help("stigmer server start")
                        .asException());
    JsonNode code = code(server);
    surroundings
        .out()
        .println(server.url() + code.path("path").asText() + "#" + code.path("code").asText());
    return 0;
  }

  /** Behind a {@code #}, so that no server and no proxy is sent it in an address. */
  private JsonNode code(RunningServer.Found server) {
    try {
      var connection =
          (HttpURLConnection) URI.create(server.url() + Login.CODES).toURL().openConnection();
      connection.setConnectTimeout(ANSWER_MILLIS);
      connection.setReadTimeout(ANSWER_MILLIS);
      connection.setRequestMethod("POST");
      connection.setRequestProperty(
          "Authorization",
          "Bearer " + Files.readString(surroundings.home().resolve("server.token")).strip());
      try (InputStream body = connection.getInputStream()) {
        return new ObjectMapper().readTree(body);
      }
    } catch (IOException e) {
      throw new ProblemException(
          Problem.of("E599", Problem.Category.RUN, "the server gives no code for its console")
              .from(server.url(), e.toString())
              .help("stigmer server status", "stigmer server logs"),
          e);
    }
  }
}

package ai.stigmer.cli;

import ai.stigmer.cli.remote.RemoteServer;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.server.console.Login;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Lets a browser into the console of a server. */
@Command(
    name = "console",
    description = "Print a link that lets a browser into the server's console.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The link is good once and for two minutes; the browser stays in for twelve hours. It leads to",
      "the server that is named, else to the one of this home, and may what the token may.",
      "Example:",
      "  stigmer server start --background",
      "  stigmer console"
    })
final class ConsoleCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  ConsoleCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    try (RemoteServer server = ServerChoice.open(surroundings)) {
      JsonNode code = server.send("POST", Login.CODES, JsonNodeFactory.instance.objectNode());
      // Behind a #, so that no server and no proxy is sent the code in an address.
      surroundings
          .out()
          .println(
              Visible.answer(
                  server.endpoint()
                      + code.path("path").asText()
                      + "#"
                      + code.path("code").asText()));
    }
    return 0;
  }
}

package ai.stigmer.cli;

import ai.stigmer.cli.remote.RemoteServer;
import ai.stigmer.config.Backend;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.server.RunningServer;
import java.util.Optional;

/** Which server a command talks to that is for servers only. */
final class ServerChoice {
  private ServerChoice() {}

  /**
   * The server that is named by flag, variable or file, else the one of this home.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E566} when there is neither, {@code
   *     E581} when there is no token for it
   */
  static RemoteServer open(Surroundings surroundings) {
    Optional<Backend> named = surroundings.journals().backend();
    return RemoteServer.of(named.orElseGet(() -> here(surroundings)), surroundings.home());
  }

  /**
   * The server of this home, whichever is named.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E566} when there is none, {@code
   *     E581} when there is no token for it
   */
  static RemoteServer ofHome(Surroundings surroundings) {
    return RemoteServer.of(here(surroundings), surroundings.home());
  }

  private static Backend here(Surroundings surroundings) {
    return RunningServer.find(surroundings.home())
        .map(found -> new Backend(found.url(), "the server of this home", Optional.empty()))
        .orElseThrow(
            () ->
                Problem.of(
                        "E566",
                        Problem.Category.SERVER,
                        "no server is named, and no server of this home is running")
                    .help("stigmer server start --background", "or name one: --server URL")
                    .asException());
  }
}

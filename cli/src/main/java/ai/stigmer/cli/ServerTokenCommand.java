package ai.stigmer.cli;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.server.guard.Scope;
import ai.stigmer.server.guard.TokenList;
import ai.stigmer.server.guard.TokenList.Token;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The tokens of this home's server for others than its owner. */
@Command(
    name = "token",
    description = "Make, list or revoke tokens that may do less than the server's own.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "read sees everything but secrets; run also begins, steers, ends and decides; admin also",
      "changes agents, MCP servers, environments and skills. A running server knows at once.",
      "Examples:",
      "  stigmer server token create --name grafana --scope read",
      "  stigmer server token create --name ci --scope run --expires 30d",
      "  stigmer server token revoke ci"
    })
final class ServerTokenCommand implements Runnable {
  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  ServerTokenCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say which: create, list or revoke NAME");
  }

  @Command(
      name = "create",
      description = "Make a token and print it; it is shown this once.",
      mixinStandardHelpOptions = true)
  int create(
      @Option(names = "--name", paramLabel = "NAME", required = true, description = "Whose it is.")
          String name,
      @Option(
              names = "--scope",
              paramLabel = "SCOPE",
              required = true,
              description = "read, run or admin.")
          String scope,
      @Option(
              names = "--expires",
              paramLabel = "TIME",
              converter = AmountConverters.Age.class,
              description = "After so long it counts no more, for example 30d (default: never).")
          @Nullable Duration expires) {
    Scope wanted =
        Scope.of(scope)
            .orElseThrow(
                () ->
                    Problem.of(
                            "E585",
                            Problem.Category.USAGE,
                            "there is no scope \"" + scope + "\"; there are read, run and admin")
                        .asException());
    surroundings.out().println(tokens().create(name, wanted, Optional.ofNullable(expires)));
    surroundings.err().println("keep it safe: only its hash is kept here");
    return 0;
  }

  @Command(
      name = "list",
      description = "List the tokens, without what they are.",
      mixinStandardHelpOptions = true)
  int list() {
    for (Token token : tokens().all()) {
      surroundings
          .out()
          .println(
              token.name()
                  + "  "
                  + token.scope().id()
                  + "  since "
                  + token.created()
                  + token
                      .expires()
                      .map(
                          at ->
                              (token.counts(surroundings.clock().instant())
                                      ? "  until "
                                      : "  expired ")
                                  + at)
                      .orElse(""));
    }
    return 0;
  }

  @Command(
      name = "revoke",
      description = "Take a token away; calls with it are refused from now on.",
      mixinStandardHelpOptions = true)
  int revoke(@Parameters(paramLabel = "NAME", description = "Whose it is.") String name) {
    tokens().revoke(name);
    surroundings.out().println("revoked");
    return 0;
  }

  private TokenList tokens() {
    return TokenList.in(surroundings.home(), surroundings.clock());
  }
}

package ai.stigmer.cli;

import ai.stigmer.cli.remote.RemoteResources;
import ai.stigmer.cli.remote.RemoteServer;
import ai.stigmer.cli.screen.ProblemText;
import ai.stigmer.config.Backend;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.runner.manifest.Manifest;
import ai.stigmer.runner.manifest.ManifestReader;
import ai.stigmer.server.RunningServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes and changes the resources of a server as files have them. */
@Command(
    name = "apply",
    description = "Make or change agents, environments, MCP servers and skills of a server.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "A file has any number of resources with --- between them. A folder stands for its .yaml files,",
      "or, with a SKILL.md in it, for the skill of its name. A secret is written $${NAME} and comes",
      "from your environment. Nothing is sent unless everything is right.",
      "Examples:",
      "  stigmer apply -f agents/ -f environment.yaml",
      "  stigmer apply --dry-run -f - < agent.yaml",
      "",
      "  apiVersion: agentic.stigmer.ai/v1",
      "  kind: Environment",
      "  metadata: {name: shared}",
      "  spec:",
      "    data:",
      "      GITHUB_TOKEN: {value: \"$${GITHUB_TOKEN}\", is_secret: true}"
    })
final class ApplyCommand implements Callable<Integer> {
  private static final String STDIN = "-";

  private final Surroundings surroundings;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      required = true,
      arity = "1..*",
      description = "A file or folder with resources; - for standard input.")
  private List<String> files = List.of();

  @Option(
      names = "--dry-run",
      description = "Check everything here, ask no server, change nothing.")
  private boolean isDry;

  ApplyCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    var reader = new ManifestReader(surroundings.env());
    for (String file : files) {
      if (file.equals(STDIN)) {
        reader.read("standard input", surroundings.in());
      } else {
        reader.read(Path.of(file));
      }
    }
    if (!reader.problems().isEmpty()) {
      return tell(reader.problems());
    }
    if (isDry) {
      reader.manifests().forEach(one -> surroundings.out().println(one.label() + " is valid"));
      return 0;
    }
    try (RemoteServer server = RemoteServer.of(backend(), surroundings.home())) {
      apply(reader.manifests(), new RemoteResources(server), Redactor.of(reader.secrets()));
    }
    return 0;
  }

  private int tell(List<Problem> problems) {
    for (Problem problem : problems) {
      surroundings.err().print(ProblemText.of(problem, surroundings.terminal().palette()));
    }
    return problems.getFirst().category().exitStatus();
  }

  private void apply(List<Manifest> manifests, RemoteResources there, Redactor secrets) {
    for (Manifest manifest : manifests) {
      try {
        String outcome = there.apply(manifest).name().toLowerCase(Locale.ROOT);
        surroundings.out().println(manifest.label() + " " + outcome);
        surroundings.out().flush();
      } catch (ProblemException e) {
        throw at(manifest, e.problem(), secrets);
      }
    }
  }

  /** What a server says of a resource, with the place where the resource stands. */
  private static ProblemException at(Manifest manifest, Problem problem, Redactor secrets) {
    var from = new ArrayList<>(List.of(manifest.place()));
    from.addAll(problem.from());
    return new Problem(
            problem.code(),
            problem.category(),
            secrets.text(manifest.label() + ": " + problem.message()),
            from.stream().map(secrets::text).toList(),
            problem.help().stream().map(secrets::text).toList())
        .asException();
  }

  /** The server that was named, else the one of this home. */
  private Backend backend() {
    Optional<Backend> named = surroundings.journals().backend();
    return named.orElseGet(
        () ->
            RunningServer.find(surroundings.home())
                .map(found -> new Backend(found.url(), "the server of this home", Optional.empty()))
                .orElseThrow(
                    () ->
                        Problem.of(
                                "E566",
                                Problem.Category.SERVER,
                                "no server is named, and no server of this home is running")
                            .help("stigmer server start --background", "or name one: --server URL")
                            .asException()));
  }
}

package ai.stigmer.cli;

import ai.stigmer.cli.remote.RemoteResources;
import ai.stigmer.cli.remote.RemoteServer;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.runner.manifest.Manifest;
import ai.stigmer.runner.manifest.ManifestReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes and changes the resources of a server as files have them. */
@Command(
    name = "apply",
    description = "Make or change agents, instances, environments, MCP servers and skills.",
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

  @Option(names = "--json", description = "Print one JSON object at the end.")
  private boolean json;

  ApplyCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    ManifestReader reader = read();
    var report =
        new ApplyReport(surroundings, json ? ApplyReport.Form.PROGRAMS : ApplyReport.Form.PEOPLE);
    if (!reader.problems().isEmpty()) {
      return report.failed(reader.problems());
    }
    if (isDry) {
      reader.manifests().forEach(one -> report.resource(one, "valid"));
      return report.done();
    }
    try (RemoteServer server = ServerChoice.open(surroundings)) {
      apply(reader.manifests(), new RemoteResources(server), Redactor.of(reader.secrets()), report);
      return report.done();
    } catch (ProblemException e) {
      return report.failed(List.of(e.problem()));
    }
  }

  private ManifestReader read() throws IOException {
    var reader = new ManifestReader(surroundings.env());
    for (String file : files) {
      if (file.equals(STDIN)) {
        reader.read("standard input", surroundings.in());
      } else {
        reader.read(Path.of(file));
      }
    }
    return reader;
  }

  /** Those that name others come last, wherever they stand. */
  private static void apply(
      List<Manifest> manifests, RemoteResources there, Redactor secrets, ApplyReport report) {
    List<Manifest> ordered =
        manifests.stream()
            .sorted(Comparator.comparing(one -> one.kind() == Manifest.Kind.AGENT_INSTANCE))
            .toList();
    for (Manifest manifest : ordered) {
      try {
        report.resource(manifest, there.apply(manifest).name().toLowerCase(Locale.ROOT));
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
}

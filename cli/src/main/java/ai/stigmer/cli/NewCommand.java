package ai.stigmer.cli;

import ai.stigmer.graphton.error.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes an agent file to begin with. */
@Command(
    name = "new",
    description = "Write an agent file with comments to begin with.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example:", "  stigmer new reviewer && stigmer run --agent reviewer.yaml \"go\""})
final class NewCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Parameters(paramLabel = "NAME", description = "The agent's name: letters, digits and -.")
  private String name = "";

  @Option(names = "--file", paramLabel = "FILE", description = "Where to (default: NAME.yaml).")
  private @Nullable Path file;

  NewCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws IOException {
    if (!name.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")) {
      throw Problem.of(
              "E166",
              Problem.Category.USAGE,
              "an agent's name must be 1 to 63 lower-case letters, digits or '-', got \""
                  + name
                  + "\"")
          .help("stigmer new reviewer")
          .asException();
    }
    Path target = file == null ? Path.of(name + ".yaml") : file;
    try {
      Files.writeString(target, text().replace("@NAME@", name), StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      throw Problem.of(
              "E167", Problem.Category.USAGE, "the file is there already; it was not changed")
          .from(target.toString())
          .help("stigmer new " + name + " --file OTHER.yaml")
          .asException();
    }
    surroundings.out().println(target);
    surroundings.err().println("run it: stigmer run --agent " + target + " \"a task\"");
    return 0;
  }

  private static String text() throws IOException {
    try (InputStream in = NewCommand.class.getResourceAsStream("new-agent.yaml")) {
      if (in == null) {
        throw new IllegalStateException("resource new-agent.yaml is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

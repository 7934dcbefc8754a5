package ai.stigmer.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Prints the version and the Java it runs on. */
@Command(
    name = "version",
    description = "Print the version.",
    mixinStandardHelpOptions = true,
    separator = " ")
final class VersionCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  VersionCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    surroundings.out().println(text());
    return 0;
  }

  static String text() {
    return "stigmer " + version() + " · Java " + Runtime.version().feature();
  }

  static String version() {
    String version = VersionCommand.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}

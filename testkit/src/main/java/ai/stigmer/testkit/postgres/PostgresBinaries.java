package ai.stigmer.testkit.postgres;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the programs of a PostgreSQL installation lie, and as whom they run: they refuse the
 * superuser.
 *
 * @param folder holds {@code initdb}, {@code postgres} and {@code psql}
 * @param user whose rights they get; empty for those of this process
 */
record PostgresBinaries(Path folder, Optional<String> user) {
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

  /** The newest installation that can be run here. */
  static Optional<PostgresBinaries> find(String path) {
    boolean superuser = "root".equals(System.getProperty("user.name"));
    Optional<String> user = superuser ? otherUser() : Optional.empty();
    if (superuser && user.isEmpty()) {
      return Optional.empty();
    }
    var folders = new ArrayList<>(installed());
    for (String each : path.split(File.pathSeparator, -1)) {
      folders.add(Path.of(each));
    }
    return folders.stream()
        .filter(PostgresBinaries::isWhole)
        .findFirst()
        .map(folder -> new PostgresBinaries(folder, user));
  }

  /** The command that runs one of the programs. */
  List<String> command(String program, String... args) {
    var command = new ArrayList<String>();
    user.ifPresent(
        name ->
            command.addAll(
                List.of("setpriv", "--reuid=" + name, "--regid=" + name, "--clear-groups", "--")));
    command.add(folder.resolve(program).toString());
    command.addAll(List.of(args));
    return command;
  }

  private static boolean isWhole(Path folder) {
    return Stream.of("initdb", "postgres", "psql")
        .allMatch(name -> Files.isExecutable(folder.resolve(name)));
  }

  private static List<Path> installed() {
    try (Stream<Path> versions = Files.list(DEBIAN)) {
      return versions
          .sorted(Comparator.comparingInt(PostgresBinaries::version).reversed())
          .map(version -> version.resolve("bin"))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static int version(Path folder) {
    String name = String.valueOf(folder.getFileName());
    return name.matches("\\d{1,4}") ? Integer.parseInt(name) : 0;
  }

  /** The user whom the installation made for its servers. */
  private static Optional<String> otherUser() {
    try {
      return Files.readAllLines(Path.of("/etc/passwd")).stream()
              .anyMatch(line -> line.startsWith("postgres:"))
          ? Optional.of("postgres")
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}

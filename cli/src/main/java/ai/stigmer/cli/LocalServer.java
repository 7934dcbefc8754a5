package ai.stigmer.cli;

import ai.stigmer.graphton.error.Problem;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The Ollama of this machine: where it is installed, and how it is started on the user's word. */
final class LocalServer {
  private static final Duration MOST = Duration.ofSeconds(20);
  private static final Duration BETWEEN = Duration.ofMillis(100);

  /**
   * A shell with jobs gives the server a process group of its own, so that Ctrl-C in this terminal
   * does not end it.
   */
  private static final String IN_THE_BACKGROUND = "set -m; \"$0\" serve >>\"$1\" 2>&1 </dev/null &";

  private final Surroundings surroundings;
  private final URI url;

  LocalServer(Surroundings surroundings, String baseUrl) {
    this.surroundings = surroundings;
    this.url = URI.create(baseUrl);
  }

  /** Whether the address is one of this machine. */
  boolean isHere() {
    return Loopback.is(String.valueOf(url.getHost()));
  }

  /** Where the program is, by the search path. */
  Optional<Path> program() {
    for (String folder :
        surroundings.env().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      if (folder.startsWith("/")) {
        Path file = Path.of(folder, "ollama");
        if (Files.isRegularFile(file) && Files.isExecutable(file)) {
          return Optional.of(file);
        }
      }
    }
    return Optional.empty();
  }

  /** What the server writes down once we have started it. */
  Path log() {
    return surroundings.home().resolve("ollama-serve.log");
  }

  /**
   * Starts the server and waits until it answers. It goes on when this process ends.
   *
   * @param answers asks it
   * @throws ai.stigmer.graphton.error.ProblemException {@code E214} when it does not in time
   */
  void start(Path program, BooleanSupplier answers) {
    try {
      Files.createDirectories(surroundings.home());
      ProcessBuilder builder =
          new ProcessBuilder(
              "/bin/sh", "-c", IN_THE_BACKGROUND, program.toString(), log().toString());
      builder.environment().clear();
      builder.environment().putAll(withoutKeys(surroundings.env()));
      builder.environment().put("OLLAMA_HOST", url.getAuthority());
      builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
      builder.start().waitFor();
      await(answers);
    } catch (IOException e) {
      throw silent("it could not be started: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw silent("the wait for it was interrupted");
    }
  }

  private void await(BooleanSupplier answers) throws InterruptedException {
    long until = System.nanoTime() + MOST.toNanos();
    while (!answers.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw silent("it did not answer within " + MOST.toSeconds() + " s");
      }
      Thread.sleep(BETWEEN);
    }
  }

  private RuntimeException silent(String reason) {
    return Problem.of(
            "E214",
            Problem.Category.PROVIDER,
            "ollama serve was started at " + url + ", but " + reason)
        .from(log().toString())
        .help("less " + log(), "by hand, in another terminal: ollama serve")
        .asException();
  }

  /** Keys are for the providers that they belong to. */
  private static Map<String, String> withoutKeys(Map<String, String> env) {
    var kept = new java.util.HashMap<>(env);
    kept.keySet()
        .removeIf(
            name ->
                name.toUpperCase(Locale.ROOT).contains("API_KEY") && !name.startsWith("OLLAMA_"));
    return kept;
  }
}

package ai.stigmer.server;

import ai.stigmer.config.Cascade;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.Finding;
import ai.stigmer.runner.Checkup;
import ai.stigmer.server.http.Lately;
import ai.stigmer.server.http.Ready.Need;
import ai.stigmer.server.http.Ready.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What a server can do without, and is worse off when it is away. */
final class ReadyParts {
  /** In bytes; a database that cannot grow any more takes no run. */
  static final long LEAST_FREE = 256L << 20;

  private ReadyParts() {}

  /**
   * @param engine what is wrong with whoever drives the runs; may block
   */
  static List<Part> wanted(ServerOptions options, Supplier<Optional<Problem>> engine) {
    return List.of(
        new Part(
            "configuration",
            Need.WANTED,
            () -> Cascade.resolve(options.configuration()).problems().stream().findFirst()),
        new Part(
            "disk",
            Need.WANTED,
            () ->
                Stream.of(options.home(), options.workspaces())
                    .flatMap(folder -> full(folder, LEAST_FREE).stream())
                    .findFirst()),
        new Part("model", Need.WANTED, new Lately(() -> model(options))),
        new Part("engine", Need.WANTED, new Lately(engine)));
  }

  /** The problem of a folder whose disk has less than {@code least} bytes left. */
  static Optional<Problem> full(Path folder, long least) {
    try {
      Path there = folder.toAbsolutePath();
      for (Path above = there; above != null && !Files.exists(there); above = above.getParent()) {
        there = above;
      }
      long free = Files.getFileStore(there).getUsableSpace();
      return free >= least
          ? Optional.empty()
          : Optional.of(
              Problem.of(
                      "E578",
                      Problem.Category.STORE,
                      "the disk of %s has %,d MiB left".formatted(folder, free >> 20))
                  .help("make room: runs stop when their journal cannot be written"));
    } catch (IOException e) {
      return Optional.of(
          Problem.of("E578", Problem.Category.STORE, "the disk of " + folder + " cannot be asked")
              .from(e.toString()));
    }
  }

  /** The endpoint and the model that executions have which choose no other; no model is asked. */
  private static Optional<Problem> model(ServerOptions options) {
    Resolved resolved = Cascade.resolve(options.configuration());
    if (!resolved.problems().isEmpty()) {
      return Optional.empty();
    }
    return Checkup.model(resolved.llm().toModelSettings(), options.home().resolve("probes"))
        .stream()
        .filter(finding -> finding.level() == Finding.Level.FAILED)
        .flatMap(finding -> problem(finding).stream())
        .findFirst();
  }

  private static Optional<Problem> problem(Finding finding) {
    return finding
        .code()
        .map(
            code ->
                new Problem(
                    code,
                    Problem.Category.PROVIDER,
                    finding.text(),
                    finding.from(),
                    finding.help()));
  }
}

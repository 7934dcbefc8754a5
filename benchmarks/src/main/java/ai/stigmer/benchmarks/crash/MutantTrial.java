package ai.stigmer.benchmarks.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;

/**
 * Plants mutants into their sources and plays seeds of the suite that each names, until one turns
 * red. The classes of the project are loaded anew for each mutant, so that the planted one is in
 * use everywhere; several mutants are tried side by side.
 */
final class MutantTrial implements AutoCloseable {
  private static final int AT_ONCE = 4;

  /** A run that a defect keeps from ending is found out too. */
  private static final long MOST_SECONDS = 10;

  /**
   * What became of a mutant.
   *
   * @param seed the first seed that turned red; empty when none did
   * @param why its first broken promise
   */
  record Verdict(Mutant mutant, Optional<Long> seed, String why) {}

  private final MutantCompiler compiler = new MutantCompiler();
  private final Path root;
  private final long seeds;

  /**
   * Trials over a checkout.
   *
   * @param root the folder with the modules
   * @param seeds how many seeds a mutant may survive
   */
  MutantTrial(Path root, long seeds) {
    this.root = root;
    this.seeds = seeds;
  }

  /** What became of each, in their order. */
  List<Verdict> runAll(List<Mutant> mutants) throws InterruptedException, ExecutionException {
    try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
      var tries = mutants.stream().map(mutant -> (Callable<Verdict>) () -> run(mutant)).toList();
      var verdicts = new ArrayList<Verdict>();
      for (Future<Verdict> verdict : pool.invokeAll(tries)) {
        verdicts.add(verdict.get());
      }
      return verdicts;
    }
  }

  Verdict run(Mutant mutant) throws IOException, InterruptedException, ExecutionException {
    String planted = mutant.plantedIn(Files.readString(root.resolve(mutant.file())));
    var classes = new PlantedClasses(compiler.compile(mutant, planted));
    LongFunction<?> suite = suite(mutant, classes);
    for (long seed = 0; seed < seeds; seed++) {
      String broken = played(suite, seed);
      if (!broken.isEmpty()) {
        return new Verdict(mutant, Optional.of(seed), broken);
      }
    }
    return new Verdict(mutant, Optional.empty(), "");
  }

  private static LongFunction<?> suite(Mutant mutant, ClassLoader classes) {
    try {
      return (LongFunction<?>)
          classes
              .loadClass(mutant.suite().played().getName())
              .getDeclaredConstructor()
              .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the suite " + mutant.suite() + " cannot be loaded", e);
    }
  }

  private static String played(LongFunction<?> suite, long seed)
      throws InterruptedException, ExecutionException {
    var played = new CompletableFuture<String>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                played.complete(String.valueOf(suite.apply(seed)));
              } catch (Throwable e) {
                played.complete("seed " + seed + ": " + e);
              }
            });
    try {
      return played.get(MOST_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return "seed " + seed + ": the run does not come to an end";
    }
  }

  @Override
  public void close() throws IOException {
    compiler.close();
  }
}

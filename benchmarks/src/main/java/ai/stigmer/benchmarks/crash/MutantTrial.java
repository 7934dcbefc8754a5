package ai.stigmer.benchmarks.crash;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;
import javax.tools.ToolProvider;

/**
 * Plants a mutant into a copy of its source, compiles it with the JDK's compiler, and plays seeds
 * over it until one turns red. The classes of the project are loaded anew for each mutant, so that
 * the planted one is in use everywhere.
 */
final class MutantTrial {
  /** A run that a defect keeps from ending is found out too. */
  private static final long MOST_SECONDS = 120;

  /**
   * What became of a mutant.
   *
   * @param seed the first seed that turned red; empty when none did
   * @param why its first broken promise
   */
  record Verdict(Mutant mutant, Optional<Long> seed, String why) {}

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

  Verdict run(Mutant mutant) throws IOException, InterruptedException, ExecutionException {
    Path classes = Files.createTempDirectory("stigmer-mutant-");
    try (var loader = new Planted(compiled(mutant, classes))) {
      LongFunction<?> suite =
          (LongFunction<?>)
              loader.loadClass(MutantSuite.class.getName()).getDeclaredConstructor().newInstance();
      for (long seed = 0; seed < seeds; seed++) {
        String broken = played(suite, seed);
        if (!broken.isEmpty()) {
          return new Verdict(mutant, Optional.of(seed), broken);
        }
      }
      return new Verdict(mutant, Optional.empty(), "");
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the suite cannot be loaded", e);
    } finally {
      Folders.delete(classes);
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

  private Path compiled(Mutant mutant, Path classes) throws IOException {
    Path original = root.resolve(mutant.file());
    Path source = Files.createDirectories(classes.resolve("source"));
    Path planted =
        Files.writeString(
            source.resolve(Objects.requireNonNull(original.getFileName())),
            mutant.plantedIn(Files.readString(original)));
    var compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "this is no JDK");
    var said = new StringWriter();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  said,
                  files,
                  null,
                  List.of(
                      "-proc:none",
                      "-nowarn",
                      "-d",
                      classes.toString(),
                      "-cp",
                      System.getProperty("java.class.path")),
                  null,
                  files.getJavaFileObjects(planted))
              .call();
      if (!compiled) {
        throw new IllegalStateException(
            "mutant \"" + mutant.name() + "\" does not compile: " + said);
      }
    }
    return classes;
  }

  /** Loads the project's classes anew, those of the mutant first. */
  private static final class Planted extends URLClassLoader {
    Planted(Path classes) throws IOException {
      super(new URL[] {classes.toUri().toURL()}, MutantTrial.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        if (known != null) {
          return known;
        }
        return name.startsWith("ai.stigmer.") ? anew(name) : super.loadClass(name, resolve);
      }
    }

    private Class<?> anew(String name) throws ClassNotFoundException {
      String file = name.replace('.', '/') + ".class";
      URL mine = findResource(file);
      try (InputStream in =
          mine == null ? getParent().getResourceAsStream(file) : mine.openStream()) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}

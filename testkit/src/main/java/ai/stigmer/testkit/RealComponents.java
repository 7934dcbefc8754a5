package ai.stigmer.testkit;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Real programs that some tests need. */
public final class RealComponents {
  private RealComponents() {}

  /**
   * Skips the test when a component is missing, and says so; where {@code STIGMER_REQUIRE_ALL} is
   * 1, as in CI, the test fails instead.
   */
  public static void require(String name, BooleanSupplier works) {
    if (!works.getAsBoolean()) {
      throw missing(name + " is missing or cannot work here; install it to run this");
    }
  }

  /** The same for what is known to be missing; never returns, so that callers may throw it. */
  public static AssertionError missing(String what) {
    String message = "SKIPPED: " + what;
    System.err.println(message);
    if ("1".equals(System.getenv("STIGMER_REQUIRE_ALL"))) {
      throw new AssertionError(message);
    }
    return abort(message);
  }

  /** Requires strace, with the right to trace. */
  public static void requireStrace() {
    require("strace", () -> runs(List.of("strace", "-f", "-qq", "-o", "/dev/null", "true")));
  }

  /** Requires bubblewrap, with the right to make namespaces. */
  public static void requireBubblewrap() {
    require(
        "bubblewrap", () -> runs(List.of("bwrap", "--ro-bind", "/", "/", "--unshare-all", "true")));
  }

  /** The program that speaks S3; the test is skipped without it, or fails, as above. */
  public static String s3Server() {
    String program = System.getenv("STIGMER_S3_SERVER");
    if (program == null) {
      throw missing(
          "an S3 server is missing; bin/s3-server DIR, then STIGMER_S3_SERVER=DIR/versitygw");
    }
    return program;
  }

  /** The program that renders manifests; the test is skipped without it, or fails, as above. */
  public static Path kustomize() {
    String named = System.getenv("STIGMER_KUSTOMIZE");
    Stream<Path> places =
        named == null
            ? path().stream()
                .flatMap(path -> Stream.of(path.split(":", -1)))
                .map(folder -> Path.of(folder, "kustomize"))
            : Stream.of(Path.of(named));
    return places
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                missing(
                    "kustomize is missing; bin/kustomize DIR, then"
                        + " STIGMER_KUSTOMIZE=DIR/kustomize"));
  }

  /** The folders in which programs are looked for, as the system writes them. */
  public static Optional<String> path() {
    return Optional.ofNullable(System.getenv("PATH"));
  }

  /** Whether a command is there and ends with 0. */
  public static boolean runs(List<String> command) {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

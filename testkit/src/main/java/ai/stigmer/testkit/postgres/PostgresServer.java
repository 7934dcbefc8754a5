package ai.stigmer.testkit.postgres;

import ai.stigmer.testkit.RealComponents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/*
 * The folder is made by us and not by JUnit: the server runs as another user when we are root, and that user must be
 * able to walk to it.
 */
/**
 * A PostgreSQL server of its own, in a temporary folder, on the loopback interface and a random
 * port, with a password. Ended and removed by {@link #close}, or with this process.
 *
 * <p>A disk's flush is left out, which no test of killed processes can notice: what was written
 * outlives the server, if not the machine.
 *
 * <p>Thread contract: {@link #newDatabase} from any thread, the rest from one.
 */
public final class PostgresServer implements AutoCloseable {
  private static final String USER = "stigmer";
  private static final String PASSWORD = "correct-horse-battery";
  private static final int SECONDS_TO_START = 60;
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private final PostgresBinaries binaries;
  private final Path folder;
  private final List<String> settings;
  private final int port;
  private final Thread atExit = new Thread(this::end);
  private @Nullable Process process;

  private PostgresServer(PostgresBinaries binaries, Path folder, List<String> settings) {
    this.binaries = binaries;
    this.folder = folder;
    this.settings = List.copyOf(settings);
    this.port = freePort();
  }

  /**
   * Makes a server and starts it; where PostgreSQL is not installed, the test is skipped, or fails
   * under {@code STIGMER_REQUIRE_ALL=1}.
   *
   * @param settings of the server, {@code name=value}
   */
  public static PostgresServer start(String... settings) {
    Optional<PostgresBinaries> binaries = RealComponents.path().flatMap(PostgresBinaries::find);
    if (binaries.isEmpty()) {
      throw RealComponents.missing("PostgreSQL (initdb, postgres, psql) is missing; install it");
    }
    Path folder = folder(binaries.get());
    var server = new PostgresServer(binaries.get(), folder, List.of(settings));
    Runtime.getRuntime().addShutdownHook(server.atExit);
    server.initialize();
    server.start();
    return server;
  }

  /**
   * Makes an empty database.
   *
   * @return its address, {@code postgresql://user:password@127.0.0.1:port/name}
   */
  public String newDatabase() {
    String name = "db" + DATABASES.incrementAndGet();
    sql("postgres", "CREATE DATABASE " + name);
    return url(name);
  }

  /** The address of a database of this server. */
  public String url(String database) {
    return String.format(
        Locale.ROOT, "postgresql://%s:%s@127.0.0.1:%d/%s", USER, PASSWORD, port, database);
  }

  /** The password in the addresses; to be looked for where it must not be. */
  public String password() {
    return PASSWORD;
  }

  /** The port on 127.0.0.1, the same after a restart. */
  public int port() {
    return port;
  }

  /**
   * Runs statements as the superuser of the server; for preparing and looking at a database.
   *
   * @return what they answer, a line for each row, columns by {@code |}
   */
  public String sql(String database, String statements) {
    return run(
        binaries.command(
            "psql",
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--set=ON_ERROR_STOP=1",
            "--host=127.0.0.1",
            "--port=" + port,
            "--username=" + USER,
            "--dbname=" + database,
            "--command=" + statements));
  }

  /** Whether its files hold a text as it is; all that it was given is in them by then. */
  public boolean keeps(String text) {
    String _ = sql("postgres", "CHECKPOINT");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (text(file, StandardCharsets.ISO_8859_1).contains(text)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it has logged since it was made; each statement with the setting log_statement=all. */
  public String said() {
    return text(log());
  }

  /** The name of the database in an address that {@link #newDatabase} gave. */
  public static String name(String url) {
    return url.substring(url.lastIndexOf('/') + 1);
  }

  /** Ends all sessions and the server, as a restart for maintenance does. */
  public void stop() {
    signal("INT");
    await();
  }

  /** Kills the server and all its sessions, as {@code kill -9} of each does. */
  public void kill() {
    Process running = process;
    if (running == null) {
      return;
    }
    List<ProcessHandle> all =
        Stream.concat(running.descendants(), Stream.of(running.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(each -> each.onExit().join());
    await();
  }

  /** Starts the server again after {@link #stop} or {@link #kill}, over the same databases. */
  public void restart() {
    if (process != null) {
      throw new IllegalStateException("the server is running");
    }
    start();
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // This process is ending, and the hook does it all again.
    }
  }

  private void end() {
    kill();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // A folder for temporary files is the right place for what is left.
    }
  }

  private void initialize() {
    Path password = folder.resolve("password");
    try {
      Files.writeString(password, PASSWORD + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    run(
        binaries.command(
            "initdb",
            "--no-sync",
            "--pgdata=" + data(),
            "--username=" + USER,
            "--pwfile=" + password,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C"));
  }

  private void start() {
    var args =
        new ArrayList<>(
            List.of(
                "-D",
                data(),
                "-p",
                String.valueOf(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=off",
                "-c",
                "logging_collector=off"));
    for (String setting : settings) {
      args.addAll(List.of("-c", setting));
    }
    List<String> command = binaries.command("postgres", args.toArray(String[]::new));
    try {
      process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitReady(process);
  }

  private void awaitReady(Process starting) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
    List<String> probe =
        binaries.command("pg_isready", "--quiet", "--host=127.0.0.1", "--port=" + port);
    while (!RealComponents.runs(probe)) {
      if (!starting.isAlive() || System.nanoTime() > end) {
        throw new AssertionError("PostgreSQL does not start:\n" + text(log()));
      }
    }
  }

  private void signal(String name) {
    Process running = process;
    if (running != null) {
      RealComponents.runs(List.of("kill", "-" + name, String.valueOf(running.pid())));
    }
  }

  private void await() {
    Process running = process;
    process = null;
    if (running == null) {
      return;
    }
    try {
      if (!running.waitFor(SECONDS_TO_START, TimeUnit.SECONDS)) {
        throw new AssertionError("PostgreSQL does not end:\n" + text(log()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private Path log() {
    return folder.resolve("log");
  }

  private static String run(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(Path.of("/").toFile());
    builder.environment().put("PGPASSWORD", PASSWORD);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(command.getLast() + " failed:\n" + said);
      }
      return said.strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static Path folder(PostgresBinaries binaries) {
    try {
      Path folder =
          Files.createTempDirectory(
              "stigmer-postgres",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      if (binaries.user().isPresent()) {
        Files.setOwner(
            folder,
            folder
                .getFileSystem()
                .getUserPrincipalLookupService()
                .lookupPrincipalByName(binaries.user().get()));
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    return text(file, StandardCharsets.UTF_8);
  }

  private static String text(Path file, Charset charset) {
    try {
      return Files.readString(file, charset);
    } catch (IOException e) {
      return "it said nothing";
    }
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

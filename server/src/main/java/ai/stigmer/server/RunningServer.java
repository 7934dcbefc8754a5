package ai.stigmer.server;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.store.Owners;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** The one server of a Stigmer home: a lock while it runs, and a file that tells where it is. */
public final class RunningServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path home;
  private final FileChannel channel;

  private RunningServer(Path home, FileChannel channel) {
    this.home = home;
    this.channel = channel;
  }

  /**
   * Where a server is.
   *
   * @param owner its process, see {@link Owners}
   * @param url without a path
   */
  public record Found(String owner, String url) {
    public Found {
      requireNonNull(owner, "owner is null");
      requireNonNull(url, "url is null");
    }

    public long pid() {
      return Long.parseLong(owner.substring(0, owner.indexOf('@')));
    }
  }

  /**
   * Makes this process the server of a home.
   *
   * @throws ProblemException {@code E565} when there is one
   */
  public static RunningServer claim(Path home) {
    try {
      Files.createDirectories(home);
      FileChannel channel =
          FileChannel.open(
              home.resolve("server.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock;
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        lock = null;
      }
      if (lock == null) {
        channel.close();
        throw taken(home);
      }
      return new RunningServer(home, channel);
    } catch (IOException e) {
      throw new ProblemException(
          Problem.of("E506", Problem.Category.STORE, "the server's lock cannot be made")
              .from(home.toString(), e.toString())
              .help("check your rights to the folder, or set STIGMER_HOME to another one"),
          e);
    }
  }

  private static ProblemException taken(Path home) {
    Problem problem =
        Problem.of("E565", Problem.Category.USAGE, "a server of this home is running already")
            .help("stigmer server status", "stigmer server stop");
    return find(home)
        .map(found -> problem.from(found.url() + ", process " + found.pid()))
        .orElse(problem)
        .asException();
  }

  /** Tells where this server is. */
  public void tell(String url) throws IOException {
    String text =
        JSON.createObjectNode().put("owner", Owners.current()).put("url", url)
            + System.lineSeparator();
    Path fresh = home.resolve("server.json.new");
    Files.writeString(fresh, text);
    Files.move(
        fresh, file(home), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The server of a home; empty when its process is gone. */
  public static Optional<Found> find(Path home) {
    try {
      JsonNode json = JSON.readTree(Files.readString(file(home)));
      String owner = json.path("owner").asText();
      return Owners.isAlive(owner)
          ? Optional.of(new Found(owner, json.path("url").asText()))
          : Optional.empty();
    } catch (NoSuchFileException | JsonProcessingException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new ProblemException(
          Problem.of("E506", Problem.Category.STORE, "the server's file cannot be read")
              .from(file(home).toString(), e.toString()),
          e);
    }
  }

  private static Path file(Path home) {
    return home.resolve("server.json");
  }

  /** No more the server of its home. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(file(home));
      channel.close();
    } catch (IOException e) {
      throw new ProblemException(
          Problem.of("E506", Problem.Category.STORE, "the server's file cannot be removed")
              .from(file(home).toString(), e.toString()),
          e);
    }
  }
}

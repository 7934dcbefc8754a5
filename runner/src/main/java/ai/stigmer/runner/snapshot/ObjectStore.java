package ai.stigmer.runner.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Contents by their SHA-256, where every machine sees them. A content is there whole or not at all,
 * whoever dies while writing it; what is there never changes. So two who keep the same content do
 * not disturb each other.
 *
 * <p>Thread contract: thread-safe, also across processes and machines.
 */
interface ObjectStore {
  /**
   * A content that was kept longer ago than this is kept anew by whoever relies on it, so that its
   * time tells whether somebody may be about to name it. Such a look is believed for as long again.
   */
  Duration RENEWED = Duration.ofDays(1);

  /** The content of no bytes, which a store may write to find out whether it can be used. */
  String EMPTY = HexFormat.of().formatHex(sha256().digest());

  /** Where contents lie. */
  enum Room {
    OBJECTS,
    /** Those that nobody named when somebody looked. */
    ASIDE,
    /** Marks of the journals whose runs have workspaces here, each by the hash of its id. */
    JOURNALS;

    /** Within the store. */
    String path() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Where a content lies, within the store. */
    String name(String hash) {
      return path() + "/" + hash.substring(0, 2) + "/" + hash;
    }

    /** Where a content comes from that moves here. */
    Room other() {
      return switch (this) {
        case OBJECTS -> ASIDE;
        case ASIDE -> OBJECTS;
        case JOURNALS -> throw new IllegalStateException("a mark does not move");
      };
    }
  }

  /**
   * A content that lies in a room.
   *
   * @param since when it was kept, renewed or moved there, by the store's clock
   */
  record Stored(String hash, Instant since, long bytes) {
    static boolean isHash(String name) {
      return name.matches("[0-9a-f]{64}");
    }
  }

  /**
   * Makes it ready to be written to. Until then nothing was asked of it; who only reads does
   * without.
   *
   * @throws IOException when it cannot be used
   */
  void prepare() throws IOException;

  /** Keeps what a file holds, unless it is kept and not old; returns its hash. */
  String keep(Path source) throws IOException;

  /** Keeps a content, unless it is kept and not old; returns its hash. */
  String keep(byte[] content) throws IOException;

  /**
   * Puts a content into a file.
   *
   * @throws LostContentException when the store answers that it is not there, or holds what is not
   *     what its hash says
   * @throws IOException when the store does not answer, or the file cannot be written
   */
  void fetch(String hash, Room room, Path target) throws IOException;

  /**
   * Looks whether contents can be had and kept now.
   *
   * @throws IOException when they cannot
   */
  void check() throws IOException;

  /** Its time of now by its own clock; a little is written for that. */
  Instant now() throws IOException;

  /** Marks that a journal has workspaces here, as of now. */
  void mark(String journal) throws IOException;

  /** Tells what lies in a room, in no order; what comes and goes meanwhile may be told or not. */
  void list(Room room, Consumer<Stored> each) throws IOException;

  /** What {@link Stored#since} is now; empty when it does not lie there. */
  Optional<Instant> since(String hash, Room room) throws IOException;

  /**
   * Has a content lie in a room, as of now, that lies in the other one; nothing when it does not.
   * What is brought back may go on lying aside, too.
   */
  void move(String hash, Room to) throws IOException;

  /** Removes what lies aside. */
  void remove(String hash) throws IOException;

  /** Removes what writers left behind that were killed, if nobody has written to it since then. */
  void removeUnfinished(Instant since) throws IOException;

  /** The hash of what a file holds. */
  static String hash(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in =
        new DigestInputStream(Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The hash of a text. */
  static String hash(String text) {
    return HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

package ai.stigmer.server.guard;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/**
 * The file that holds the token which every call has to bring. It is read for each call, so that a
 * new token counts at once and the old one no more.
 *
 * <p>Thread contract: thread-safe.
 */
public final class TokenFile {
  private static final int BYTES = 32;
  private static final int SHORTEST = 32;
  private static final int LONGEST = 4_096;
  private static final Set<PosixFilePermission> OWNER =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final Path file;

  private TokenFile(Path file) {
    this.file = requireNonNull(file, "file is null");
  }

  /**
   * The file, with a new token of 256 random bits when it is not there.
   *
   * @throws ProblemException {@code E562} when others can read it, its token is shorter than 32
   *     characters, or it cannot be made
   */
  public static TokenFile in(Path file) {
    try {
      if (!Files.exists(file)) {
        make(file);
      }
      var token = new TokenFile(file);
      if (token.read().length() < SHORTEST) {
        throw unusable(file, "its token has less than " + SHORTEST + " characters");
      }
      return token;
    } catch (IOException e) {
      throw unusable(file, e.toString());
    }
  }

  private static void make(Path file) throws IOException {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      return;
    }
    Files.writeString(
        file,
        Base64.getUrlEncoder().withoutPadding().encodeToString(bytes) + "\n",
        StandardOpenOption.WRITE);
  }

  public Path file() {
    return file;
  }

  /**
   * The token, for a client of the same user.
   *
   * @throws ProblemException {@code E562} when it cannot be read
   */
  public String token() {
    try {
      return read();
    } catch (IOException e) {
      throw unusable(file, e.toString());
    }
  }

  /** Whether that is the token; takes as long whatever the first difference. */
  boolean matches(String offered) {
    if (offered.length() < SHORTEST || offered.length() > LONGEST) {
      return false;
    }
    try {
      String token = read();
      return token.length() >= SHORTEST && MessageDigest.isEqual(hash(token), hash(offered));
    } catch (IOException | ProblemException e) {
      // A token that cannot be read lets nobody in.
      return false;
    }
  }

  private String read() throws IOException {
    if (isOpenToOthers(file)) {
      throw unusable(file, "others can read it");
    }
    return Files.readString(file).strip();
  }

  /** Whether others than its owner can use a file. */
  static boolean isOpenToOthers(Path file) throws IOException {
    var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    // What the file lies on is asked last: the system lists all that is mounted for it, each time.
    return view != null
        && !OWNER.containsAll(view.readAttributes().permissions())
        && Files.getFileStore(file).supportsFileAttributeView(PosixFileAttributeView.class);
  }

  /** Hashes have one length, so that a comparison tells nothing of the token's. */
  static byte[] hash(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static ProblemException unusable(Path file, String reason) {
    return Problem.of(
            "E562",
            Problem.Category.CREDENTIALS,
            "the server's token file cannot be used: " + reason)
        .from(file.toString())
        .help("chmod 600 " + file, "or remove the file: the server makes a new one when it starts")
        .asException();
  }
}

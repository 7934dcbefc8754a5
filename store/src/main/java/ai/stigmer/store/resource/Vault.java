package ai.stigmer.store.resource;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts bodies with AES-256-GCM. A body is bound to its resource, so that nobody can put one in
 * the place of another.
 *
 * <p>Thread contract: thread-safe.
 */
public final class Vault {
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final SecretKey key;
  private final SecureRandom random = new SecureRandom();

  private Vault(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
  }

  /**
   * A vault with the key in a variable.
   *
   * @param text 32 bytes in Base64
   * @param place the variable
   * @throws ProblemException {@code E552} when it is something else
   */
  public static Vault of(String text, String place) {
    return new Vault(
        key(
            text,
            place,
            "give it the key that the server had: what another one has encrypted stays locked",
            "a new one, 32 random bytes in Base64: openssl rand -base64 32"));
  }

  private static byte[] key(String text, String place, String... help) {
    byte[] key;
    try {
      key = Base64.getDecoder().decode(text.strip());
    } catch (IllegalArgumentException e) {
      throw noKey(place, "it is not Base64", help);
    }
    if (key.length != KEY_BYTES) {
      throw noKey(place, "it has " + key.length + " bytes instead of " + KEY_BYTES, help);
    }
    return key;
  }

  /**
   * A vault with the key in a file, which is made, readable for its owner only, when it is not
   * there.
   *
   * @throws ProblemException {@code E552} when the file holds no key, others can read it, or it
   *     cannot be made
   */
  public static Vault in(Path file) {
    try {
      makeUnlessThere(file);
      if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
        Set<PosixFilePermission> rights = Files.getPosixFilePermissions(file);
        if (rights.size() > 2 || rights.stream().anyMatch(right -> !ofOwner(right))) {
          throw noKey(
              file.toString(),
              "others can read it",
              "give the file to its owner only: chmod 600 " + file);
        }
      }
      return new Vault(
          key(
              Files.readString(file, StandardCharsets.ISO_8859_1),
              file.toString(),
              "put your copy of the file back: what was encrypted with its key stays locked",
              "without one remove it, and a new key is made: rm " + file));
    } catch (IOException e) {
      throw noKey(
          file.toString(),
          e.toString(),
          "see to it that the server's user can read and write in that folder");
    }
  }

  private static boolean ofOwner(PosixFilePermission right) {
    return right == PosixFilePermission.OWNER_READ || right == PosixFilePermission.OWNER_WRITE;
  }

  private static void makeUnlessThere(Path file) throws IOException {
    if (Files.exists(file)) {
      return;
    }
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    Path folder = file.toAbsolutePath().getParent();
    FileAttribute<?> rights =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    // Whole under another name first: a process that starts at the same time must not read half.
    Path fresh = Files.createTempFile(folder, "key", ".new", rights);
    Files.writeString(
        fresh, Base64.getEncoder().encodeToString(key) + "\n", StandardOpenOption.SYNC);
    try {
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException e) {
      // Another process was faster; its key counts.
      return;
    } finally {
      Files.delete(fresh);
    }
  }

  ByteString encrypt(String resource, ByteString clear) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, resource).doFinal(clear.toByteArray());
      return ByteString.copyFrom(nonce).concat(ByteString.copyFrom(sealed));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  /**
   * The body of a resource.
   *
   * @throws ProblemException {@code E553} when it was encrypted with another key, for another
   *     resource, or was changed
   */
  ByteString decrypt(String resource, ByteString sealed) {
    if (sealed.size() < NONCE_BYTES) {
      throw locked(resource);
    }
    byte[] nonce = sealed.substring(0, NONCE_BYTES).toByteArray();
    try {
      return ByteString.copyFrom(
          cipher(Cipher.DECRYPT_MODE, nonce, resource)
              .doFinal(sealed.substring(NONCE_BYTES).toByteArray()));
    } catch (GeneralSecurityException e) {
      throw locked(resource);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, String resource) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(resource.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  private static ProblemException noKey(String place, String reason, String... help) {
    return Problem.of(
            "E552",
            Problem.Category.CONFIGURATION,
            "the key for stored secrets cannot be used: " + reason)
        .from(place)
        .help(help)
        .asException();
  }

  private static ProblemException locked(String resource) {
    return Problem.of(
            "E553",
            Problem.Category.STORE,
            "resource " + resource + " cannot be decrypted: another key, or it was changed")
        .help("start the server with the key that it was stored with")
        .asException();
  }
}

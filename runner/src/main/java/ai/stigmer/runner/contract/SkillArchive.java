package ai.stigmer.runner.contract;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * A skill as a zip archive with a SKILL.md at its root. Names of entries are those of somebody
 * else: one that would lead out of the folder makes the whole archive unusable, and so do archives
 * that grow beyond reason.
 */
public final class SkillArchive {
  /** The most bytes of an archive. */
  public static final int LARGEST = 16 << 20;

  /** The most bytes of its files in all. */
  public static final int LARGEST_UNPACKED = 64 << 20;

  /** The most files of one. */
  public static final int MOST_FILES = 1_000;

  private static final String MAIN = "SKILL.md";

  private SkillArchive() {}

  /**
   * The text of its SKILL.md.
   *
   * @throws ProblemException {@code E561} when it is no archive of a skill
   */
  public static String text(ByteString archive) {
    byte[] main = files(archive).get(MAIN);
    if (main == null) {
      throw unusable("it has no " + MAIN + " at its root");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(main)).toString();
    } catch (CharacterCodingException e) {
      throw unusable("its " + MAIN + " is not UTF-8 text");
    }
  }

  /** SHA-256, in lower-case hexadecimal. */
  public static String hash(ByteString archive) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(archive.toByteArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Writes its files into a folder, over what is there.
   *
   * @throws ProblemException {@code E561} when it is no archive of a skill, or cannot be written
   */
  public static void unpack(ByteString archive, Path folder) {
    try {
      for (Map.Entry<String, byte[]> file : files(archive).entrySet()) {
        Path target = folder.resolve(file.getKey()).normalize();
        Files.createDirectories(target.getParent());
        Path fresh = Files.createTempFile(target.getParent(), "skill", ".new");
        Files.write(fresh, file.getValue());
        Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw unusable("it cannot be written to " + folder + ": " + e.getMessage());
    }
  }

  private static Map<String, byte[]> files(ByteString archive) {
    var files = new LinkedHashMap<String, byte[]>();
    long left = LARGEST_UNPACKED;
    try (InputStream in = archive.newInput();
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        requireWithin(entry.getName());
        byte[] content = zip.readNBytes((int) left + 1);
        left -= content.length;
        if (left < 0 || files.size() >= MOST_FILES) {
          throw unusable("it unpacks to more than 64 MiB or " + MOST_FILES + " files");
        }
        if (!entry.isDirectory()) {
          files.put(entry.getName(), content);
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw unusable("it is not a zip archive");
    }
    if (files.isEmpty()) {
      throw unusable("it is not a zip archive, or is empty");
    }
    return files;
  }

  private static void requireWithin(String name) {
    boolean leaves =
        name.startsWith("/")
            || name.contains("\\")
            || name.indexOf('\0') >= 0
            || name.matches("(?s)([A-Za-z]:.*|.*/\\.\\./.*|\\.\\./.*|.*/\\.\\.|\\.\\.)");
    if (leaves) {
      throw unusable("one of its names leads out of its folder");
    }
  }

  private static ProblemException unusable(String reason) {
    return Problem.of(
            "E561", Problem.Category.USAGE, "artifact: the skill cannot be used: " + reason)
        .asException();
  }
}

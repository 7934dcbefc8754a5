package ai.stigmer.runner.manifest;

import ai.stigmer.runner.contract.SkillArchive;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The files of a skill as the archive that a server takes; of the same files always the same. */
final class SkillFolder {
  /** What makes a folder a skill. */
  static final String TEXT = "SKILL.md";

  private SkillFolder() {}

  /**
   * Of a folder; links are not followed, and what is hidden stays where it is.
   *
   * @throws IOException also when it has more than {@link SkillArchive} takes
   */
  static ByteString zip(Path folder) throws IOException {
    var files = new TreeMap<String, byte[]>();
    long left = SkillArchive.LARGEST_UNPACKED;
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        Path name = folder.relativize(file);
        if (!isHidden(name) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          left -= Files.size(file);
          if (left < 0 || files.size() >= SkillArchive.MOST_FILES) {
            throw new IOException(
                "a skill has at most 64 MiB and " + SkillArchive.MOST_FILES + " files");
          }
          files.put(name.toString().replace('\\', '/'), Files.readAllBytes(file));
        }
      }
    }
    return zip(files);
  }

  /** As {@code .git} and {@code .env} are: nobody means to give these away. */
  private static boolean isHidden(Path name) {
    for (Path part : name) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  /** Of a text alone. */
  static ByteString zip(String text) {
    try {
      return zip(Map.of(TEXT, text.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new IllegalStateException("memory takes bytes", e);
    }
  }

  private static ByteString zip(Map<String, byte[]> files) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        var entry = new ZipEntry(file.getKey());
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        zip.write(file.getValue());
        zip.closeEntry();
      }
    }
    return ByteString.copyFrom(out.toByteArray());
  }
}

package ai.stigmer.models.ollama;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What probes have found, a file for each digest of a model in one folder. A file holds one word
 * and is put in place whole, so any number of processes can read and write. What cannot be read
 * counts as not there.
 */
final class ProbeRecords {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{12,128}");
  private static final int MOST_BYTES = 32;

  private final Path folder;

  ProbeRecords(Path folder) {
    this.folder = folder;
  }

  Optional<ToolProbe.Verdict> read(String digest) {
    Optional<Path> file = file(digest);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try {
      if (Files.size(file.get()) > MOST_BYTES) {
        return Optional.empty();
      }
      String word = Files.readString(file.get()).strip().toUpperCase(Locale.ROOT);
      return Optional.of(ToolProbe.Verdict.valueOf(word));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Whether a verdict about this digest could be kept. */
  boolean canKeep(String digest) {
    try {
      Files.createDirectories(folder);
      return file(digest).isPresent() && Files.isWritable(folder);
    } catch (IOException e) {
      return false;
    }
  }

  void write(String digest, ToolProbe.Verdict verdict) {
    Optional<Path> file = file(digest);
    if (file.isEmpty()) {
      return;
    }
    try {
      Path draft = Files.createTempFile(folder, "probe", ".new");
      try {
        Files.writeString(draft, verdict.name().toLowerCase(Locale.ROOT) + "\n");
        Files.move(
            draft, file.get(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException e) {
      // The next run finds out again.
    }
  }

  /** A digest comes from a server and must not lead anywhere else. */
  private Optional<Path> file(String digest) {
    return DIGEST.matcher(digest).matches()
        ? Optional.of(folder.resolve("ollama-" + digest))
        : Optional.empty();
  }
}

package ai.stigmer.testkit.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a process did, in order.
 *
 * @param names the name that each file had first, by the file's number
 * @param start how many of the operations only say what was there before
 */
public record DiskTrace(List<DiskOperation> operations, List<String> names, int start) {

  public DiskTrace {
    operations = List.copyOf(operations);
    names = List.copyOf(names);
  }

  /**
   * Runs a command under strace and records what it does to the files that lie directly in {@code
   * folder}. What lies there before counts as flushed. Whether the folder is on a real disk does
   * not matter: only the calls count.
   *
   * @throws IllegalStateException when strace is missing or the command fails
   */
  public static DiskTrace record(Path folder, List<String> command)
      throws IOException, InterruptedException {
    Path log = Files.createTempFile("disk-trace-", ".txt");
    var reading = new StraceLog(folder.toRealPath());
    reading.startWithPresentFiles();
    try {
      var traced = new ArrayList<>(StraceLog.command(log));
      traced.addAll(command);
      Process process =
          new ProcessBuilder(traced)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectErrorStream(false)
              .start();
      String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("the traced command failed: " + err);
      }
      try (var lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
        return reading.read(lines.iterator());
      }
    } finally {
      Files.delete(log);
    }
  }

  /** The trace of a system that leaves some operations out, as a faulty one would. */
  public DiskTrace without(Predicate<DiskOperation> left) {
    // Only what is flushed matters for the places of others, so a gap is filled with silence.
    List<DiskOperation> kept =
        operations.stream()
            .map(each -> left.test(each) ? new DiskOperation.Said("") : each)
            .toList();
    return new DiskTrace(kept, names, start);
  }

  /** The first name of the file that an operation is about; empty when it is about none. */
  public String fileOf(DiskOperation operation) {
    return switch (operation) {
      case DiskOperation.Write write -> names.get(write.file());
      case DiskOperation.Truncate truncate -> names.get(truncate.file());
      case DiskOperation.Sync sync -> names.get(sync.file());
      case DiskOperation.Create create -> create.name();
      case DiskOperation.Unlink unlink -> unlink.name();
      case DiskOperation.Rename rename -> rename.from();
      case DiskOperation.SyncFolder _, DiskOperation.Said _ -> "";
    };
  }
}

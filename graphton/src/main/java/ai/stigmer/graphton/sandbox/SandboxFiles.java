package ai.stigmer.graphton.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * What every sandbox of this process is made with. It lies in a folder that only this user may
 * enter and that goes away with the process.
 *
 * @param folder where they lie
 * @param filter the filter of system calls
 * @param listener the program that listens within
 * @param emptyFile lies over what is hidden
 * @param emptyFolder likewise
 */
record SandboxFiles(Path folder, Path filter, Path listener, Path emptyFile, Path emptyFolder) {

  /** Made once: a run that is killed leaves one folder behind and not one for each command. */
  private static final class Holder {
    private static final HeldFolder HELD = held();
    private static final SandboxFiles FILES = make(HELD.folder());

    private static HeldFolder held() {
      try {
        return HeldFolder.make(Path.of(System.getProperty("java.io.tmpdir")));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    private static SandboxFiles make(Path folder) {
      try {
        String machine = System.getProperty("os.arch");
        Path filter = written(folder, "filter", SeccompFilter.forMachine(machine));
        Path listener = written(folder, "listener", ListenerProgram.forMachine(machine));
        Files.setPosixFilePermissions(listener, PosixFilePermissions.fromString("r-xr-xr-x"));
        Path file = Files.createFile(folder.resolve("hidden"));
        file.toFile().deleteOnExit();
        Path empty = Files.createDirectory(folder.resolve("empty"));
        empty.toFile().deleteOnExit();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        Files.setPosixFilePermissions(empty, PosixFilePermissions.fromString("r-xr-xr-x"));
        return new SandboxFiles(folder, filter, listener, file, empty);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    private static Path written(Path folder, String name, Optional<byte[]> bytes)
        throws IOException {
      Path file = Files.write(folder.resolve(name), bytes.orElse(new byte[0]));
      file.toFile().deleteOnExit();
      return file;
    }
  }

  static SandboxFiles shared() throws IOException {
    if (SeccompFilter.forMachine(System.getProperty("os.arch")).isEmpty()) {
      throw new IOException(
          "there is no filter of system calls for " + System.getProperty("os.arch"));
    }
    return Holder.FILES;
  }
}

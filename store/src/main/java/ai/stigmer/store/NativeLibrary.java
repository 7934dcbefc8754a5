package ai.stigmer.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * SQLite's native library, unpacked once into a folder of ours instead of at every start: the
 * driver's own way costs tens of milliseconds each time.
 */
final class NativeLibrary {
  private NativeLibrary() {}

  /**
   * Loads the library; any failure to keep a copy falls back to the driver's own way.
   *
   * @throws ai.stigmer.graphton.error.ProblemException E506 when neither works
   */
  static synchronized void load(Path home) {
    if (System.getProperty("org.sqlite.lib.path") == null) {
      try {
        Path folder = home.resolve("native").resolve("sqlite-" + SQLiteJDBCLoader.getVersion());
        unpack(folder);
        System.setProperty("org.sqlite.lib.path", folder.toString());
        System.setProperty("org.sqlite.lib.name", LibraryLoaderUtil.getNativeLibName());
      } catch (IOException e) {
        // The driver unpacks into the temporary folder then.
      }
    }
    try {
      SQLiteJDBCLoader.initialize();
    } catch (Exception e) {
      throw StoreProblems.noLibrary(home, e);
    }
  }

  private static void unpack(Path folder) throws IOException {
    String name = LibraryLoaderUtil.getNativeLibName();
    Path library = folder.resolve(name);
    if (Files.isRegularFile(library)) {
      return;
    }
    // Asking for this path makes the driver start a process, uname.
    String resource = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
    try (InputStream packed = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
      if (packed == null) {
        throw new IOException("no native library for this system");
      }
      Files.createDirectories(folder);
      Path fresh = Files.createTempFile(folder, name, ".part");
      Files.copy(packed, fresh, StandardCopyOption.REPLACE_EXISTING);
      Files.move(
          fresh, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}

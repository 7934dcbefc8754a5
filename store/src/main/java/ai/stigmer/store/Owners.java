package ai.stigmer.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Predicate;

/**
 * Names for processes, {@code pid@host/start}, and whether the named process still lives. A process
 * on another host counts as dead, because nobody can tell from here.
 */
public final class Owners {
  private Owners() {}

  /** This process. */
  public static String current() {
    ProcessHandle self = ProcessHandle.current();
    return self.pid() + "@" + host() + "/" + start(self);
  }

  /** Whether the process of that name runs on this host now. */
  static final Predicate<String> ALIVE =
      name -> {
        int at = name.indexOf('@');
        int slash = name.lastIndexOf('/');
        if (at <= 0 || slash < at || !name.substring(at + 1, slash).equals(host())) {
          return false;
        }
        try {
          return ProcessHandle.of(Long.parseLong(name.substring(0, at)))
              .filter(ProcessHandle::isAlive)
              .filter(process -> name.endsWith("/" + start(process)))
              .isPresent();
        } catch (NumberFormatException e) {
          return false;
        }
      };

  private static long start(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  private static String host() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "localhost";
    }
  }
}

package ai.stigmer.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Names for processes, {@code pid@host/start}, and whether the named process still lives. A process
 * on another host counts as dead, because nobody can tell from here.
 *
 * <p>The start tells a process from a later one with the same pid. Where the kernel counts it from
 * the boot of the machine, it is that count and the boot's id: a start by the clock moves when
 * somebody sets the clock, and a living owner would be taken for dead.
 */
public final class Owners {
  private static final Path PROCESSES = Path.of("/proc");
  private static final int STATE = 0;
  private static final int START = 19;

  private Owners() {}

  /** This process. */
  public static String current() {
    return Self.NAME;
  }

  /** Made when it is first asked for: it takes three files of the kernel. */
  private static final class Self {
    private static final String NAME = name(ProcessHandle.current());

    private Self() {}

    private static String name(ProcessHandle self) {
      return self.pid() + "@" + host() + "/" + start(self).orElse("");
    }
  }

  /** Whether a process of that name runs on this host now. */
  public static boolean isAlive(String owner) {
    return ALIVE.test(owner);
  }

  /** Whether a process of that name may run: on another host, or here now. */
  static boolean mayLive(String owner) {
    return !isOfThisHost(owner) || ALIVE.test(owner);
  }

  /** Whether the process of that name runs on this host now. */
  static final Predicate<String> ALIVE =
      name -> {
        if (!isOfThisHost(name)) {
          return false;
        }
        try {
          return ProcessHandle.of(Long.parseLong(name.substring(0, name.indexOf('@'))))
              .filter(process -> runs(process, name.substring(name.lastIndexOf('/') + 1)))
              .isPresent();
        } catch (NumberFormatException e) {
          return false;
        }
      };

  private static boolean isOfThisHost(String name) {
    int at = name.indexOf('@');
    int slash = name.lastIndexOf('/');
    return at > 0 && slash > at && name.substring(at + 1, slash).equals(host());
  }

  /** The process of that name for people, {@code pid@host}. */
  static String process(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? name : name.substring(0, slash);
  }

  /** Whether the living process of that name has been stopped by a signal. */
  static boolean isStopped(String name) {
    return ALIVE.test(name)
        && ProcessHandle.of(Long.parseLong(name.substring(0, name.indexOf('@'))))
            .flatMap(Owners::stat)
            .map(fields -> fields[STATE].matches("[Tt]"))
            .orElse(false);
  }

  /** A process whose start nobody tells counts as the one that was meant: waiting harms less. */
  private static boolean runs(ProcessHandle process, String start) {
    return process.isAlive()
        && !isDeadButNotBuried(process)
        && (start.isEmpty() || start(process).map(start::equals).orElse(true));
  }

  private static boolean isDeadButNotBuried(ProcessHandle process) {
    return stat(process).map(fields -> fields[STATE].matches("[ZX]")).orElse(false);
  }

  private static Optional<String> start(ProcessHandle process) {
    Optional<String> sinceBoot =
        stat(process).flatMap(fields -> boot().map(boot -> boot + "-" + fields[START]));
    return sinceBoot.isPresent()
        ? sinceBoot
        : process.info().startInstant().map(Instant::toEpochMilli).map(String::valueOf);
  }

  /** The kernel's words on a process, from its state on; a name in brackets stands before. */
  private static Optional<String[]> stat(ProcessHandle process) {
    return text(PROCESSES.resolve(process.pid() + "/stat"))
        .map(line -> line.substring(line.lastIndexOf(')') + 1).strip().split(" ", -1))
        .filter(fields -> fields.length > START);
  }

  private static Optional<String> boot() {
    return text(PROCESSES.resolve("sys/kernel/random/boot_id"))
        .map(id -> id.substring(0, Math.min(8, id.length())));
  }

  private static String host() {
    return text(PROCESSES.resolve("sys/kernel/hostname")).orElse("localhost");
  }

  private static Optional<String> text(Path file) {
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}

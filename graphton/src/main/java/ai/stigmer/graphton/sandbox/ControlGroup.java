package ai.stigmer.graphton.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/*
 * Limits by setrlimit hold for one process each, and that on the number of processes not for root at all. A group holds
 * for all of them together. Root can make one, and so can an ordinary user where the session manager has handed its
 * part of the tree over; there a group beside our own one is made, because one with processes in it cannot have groups
 * with limits below it.
 */
/** A control group for one command; nothing where this process may not make any. */
final class ControlGroup {
  private static final Path TREE = Path.of("/sys/fs/cgroup");
  private static final String NAME = "stigmer-" + ProcessHandle.current().pid() + "-";
  private static final Pattern OWNER = Pattern.compile("stigmer-([0-9]{1,18})-[0-9]+");
  private static final Set<Path> SWEPT = ConcurrentHashMap.newKeySet();
  private static final AtomicLong COUNT = new AtomicLong();

  /**
   * Where a thread moves itself by a 0. To move a whole process, the system waits until no
   * processor is about to make one, 10 to 100 ms when some are busy; here it need not.
   */
  private static final String TASKS = "tasks";

  /** The second version of control groups has no such file for groups with limits of memory. */
  private static final String PROCESSES = "cgroup.procs";

  private static final int TRIES = 200;
  private static final long PAUSE_NANOS = 1_000_000;

  private final List<Path> folders = new ArrayList<>();
  private final List<String> members = new ArrayList<>();

  private ControlGroup() {}

  /** Makes one with these limits, as far as it may. */
  static ControlGroup with(Limits limits) {
    var group = new ControlGroup();
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
        String[] parts = line.split(":", 3);
        if (parts.length == 3) {
          group.add(parts[1], parts[2].substring(1), limits);
        }
      }
    } catch (IOException e) {
      // Without the list there are none.
    }
    return group;
  }

  private void add(String controller, String path, Limits limits) {
    switch (controller) {
      case "pids" ->
          make(TREE.resolve("pids").resolve(path), "pids.max", limits.processes(), "", 0, TASKS);
      case "memory" ->
          make(
              TREE.resolve("memory").resolve(path),
              "memory.limit_in_bytes",
              limits.memory(),
              "",
              0,
              TASKS);
      case "" -> {
        Path own = TREE.resolve(path);
        Path above = path.isEmpty() || own.getParent() == null ? own : own.getParent();
        make(above, "pids.max", limits.processes(), "memory.max", limits.memory(), PROCESSES);
      }
      default -> {}
    }
  }

  private void make(
      Path above, String file, long value, String second, long secondValue, String members) {
    if (SWEPT.add(above)) {
      sweep(above);
    }
    Path folder = above.resolve(NAME + COUNT.incrementAndGet());
    try {
      Files.createDirectory(folder);
      if (Files.isWritable(folder.resolve(file))) {
        Files.writeString(folder.resolve(file), String.valueOf(value));
        if (!second.isEmpty()) {
          Files.writeString(folder.resolve(second), String.valueOf(secondValue));
        }
        folders.add(folder);
        this.members.add(folder.resolve(members).toString());
      } else {
        Files.delete(folder);
      }
    } catch (IOException e) {
      delete(folder);
    }
  }

  /** Removes what processes left that were killed; a group with a process in it stays. */
  static void sweep(Path above) {
    try (DirectoryStream<Path> groups = Files.newDirectoryStream(above, "stigmer-*-*")) {
      for (Path group : groups) {
        Matcher owner = OWNER.matcher(group.getFileName() + "");
        if (owner.matches() && ProcessHandle.of(Long.parseLong(owner.group(1))).isEmpty()) {
          delete(group);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // They stay where they are.
    }
  }

  /**
   * The files that a process with one thread writes a 0 to, so that it is in the groups; empty when
   * there is none.
   */
  List<String> members() {
    return List.copyOf(members);
  }

  /**
   * Takes it away when its last process has ended, which may take a moment; the command's result
   * need not wait for that.
   */
  void remove() {
    if (!folders.isEmpty()) {
      Remover.THREAD.execute(this::removeNow);
    }
  }

  private void removeNow() {
    for (Path folder : folders) {
      for (int i = 0; i < TRIES && !delete(folder); i++) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** Removes groups one after another; what is left to do is done when the program ends. */
  private static final class Remover {
    private static final ExecutorService THREAD =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("control-groups").factory());

    static {
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(THREAD::close));
    }
  }

  private static boolean delete(Path folder) {
    try {
      return Files.deleteIfExists(folder);
    } catch (IOException e) {
      return false;
    }
  }
}

package ai.stigmer.graphton.sandbox;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/*
 * Blocking calls hold the thread that makes them, whatever kind it is, so they are made from platform threads.
 */
/**
 * The few functions of Linux that Java has none for: sockets of other processes, and named pipes.
 */
final class LinuxCalls {
  private static final long PIDFD_OPEN = 434;
  private static final long PIDFD_GETFD = 438;
  private static final int OWNER_ONLY = 0600;
  private static final int BOTH_WAYS = 2;
  private static final int NO_SIGNAL = 0x4000;

  private static final MethodHandle SYSCALL =
      handle(
          "syscall",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG),
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle MKFIFO =
      handle(
          "mkfifo",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
  private static final MethodHandle ACCEPT =
      handle(
          "accept",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS));
  private static final MethodHandle RECV = handle("recv", transfer());
  private static final MethodHandle SEND = handle("send", transfer());
  private static final MethodHandle SHUTDOWN =
      handle(
          "shutdown",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle CLOSE =
      handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private LinuxCalls() {}

  private static FunctionDescriptor transfer() {
    return FunctionDescriptor.of(
        ValueLayout.JAVA_LONG,
        ValueLayout.JAVA_INT,
        ValueLayout.ADDRESS,
        ValueLayout.JAVA_LONG,
        ValueLayout.JAVA_INT);
  }

  /** Native access is what this class is for; programs allow it with --enable-native-access. */
  @SuppressWarnings("restricted")
  private static MethodHandle handle(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    MemorySegment function = linker.defaultLookup().findOrThrow(name);
    return linker.downcallHandle(function, descriptor, options);
  }

  private interface Call {
    long make() throws Throwable;
  }

  private static long call(Call call) {
    try {
      return call.make();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes a named pipe for this user alone. */
  static void makePipe(Path place) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(place.toString());
      if (call(() -> (int) MKFIFO.invokeExact(name, OWNER_ONLY)) != 0) {
        throw new IOException("no named pipe can be made at " + place);
      }
    }
  }

  /**
   * Takes an open file of another process.
   *
   * @param number its number there
   * @return its number here; -1 when there is none, or when the system forbids it
   */
  static int takeFrom(long process, int number) {
    int handle = (int) syscall(PIDFD_OPEN, process, 0, 0);
    if (handle < 0) {
      return -1;
    }
    int taken = (int) syscall(PIDFD_GETFD, handle, number, 0);
    close(handle);
    return taken;
  }

  private static long syscall(long which, long first, long second, long third) {
    return call(() -> (long) SYSCALL.invokeExact(which, first, second, third));
  }

  /** Waits for a client; -1 when there will be none. */
  static int accept(int socket) {
    return (int)
        call(() -> (int) ACCEPT.invokeExact(socket, MemorySegment.NULL, MemorySegment.NULL));
  }

  /** Waits for bytes; 0 at the end, negative when the socket is broken. */
  static long receive(int socket, MemorySegment into) {
    return call(() -> (long) RECV.invokeExact(socket, into, into.byteSize(), 0));
  }

  /** Sends some of the bytes; negative when the socket is broken. */
  static long send(int socket, MemorySegment from) {
    return call(() -> (long) SEND.invokeExact(socket, from, from.byteSize(), NO_SIGNAL));
  }

  /** Ends both directions; who waits for the socket wakes up. */
  static void shutdown(int socket) {
    var _ = call(() -> (int) SHUTDOWN.invokeExact(socket, BOTH_WAYS));
  }

  static void close(int number) {
    var _ = call(() -> (int) CLOSE.invokeExact(number));
  }
}

package ai.stigmer.graphton.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A socket that came from another network namespace.
 *
 * <p>Thread contract: one thread reads, one writes, anybody may {@link #shutdown}; {@link #close}
 * belongs to the last one that uses it.
 */
final class TakenSocket implements AutoCloseable {
  private static final int BUFFER = 16_384;

  private final int number;
  private boolean closed;

  TakenSocket(int number) {
    this.number = number;
  }

  /** Waits for a client of a socket that listens; negative when there will be none. */
  int accept() {
    return LinuxCalls.accept(number);
  }

  /** Wakes up who waits for it; nothing more comes or goes. */
  synchronized void shutdown() {
    if (!closed) {
      LinuxCalls.shutdown(number);
    }
  }

  /** Gives its number back; afterwards it must not be used. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      LinuxCalls.close(number);
    }
  }

  InputStream in() {
    return new Input();
  }

  OutputStream out() {
    return new Output();
  }

  private final class Input extends InputStream {
    private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER);
    private long at;
    private long filled;

    @Override
    public int read() throws IOException {
      return fill() ? buffer.get(ValueLayout.JAVA_BYTE, at++) & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException {
      if (!fill()) {
        return -1;
      }
      int n = (int) Math.min(most, filled - at);
      MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, at, into, from, n);
      at += n;
      return n;
    }

    private boolean fill() throws IOException {
      if (at == filled) {
        at = 0;
        filled = LinuxCalls.receive(number, buffer);
        if (filled < 0) {
          filled = 0;
          throw new IOException("the client is gone");
        }
      }
      return filled > 0;
    }
  }

  private final class Output extends OutputStream {
    private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER);

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      for (int sent = 0; sent < length; ) {
        int n = Math.min(BUFFER, length - sent);
        MemorySegment.copy(bytes, from + sent, buffer, ValueLayout.JAVA_BYTE, 0, n);
        long gone = LinuxCalls.send(number, buffer.asSlice(0, n));
        if (gone <= 0) {
          throw new IOException("the client is gone");
        }
        sent += (int) gone;
      }
    }

    @Override
    public void close() {
      shutdown();
    }
  }
}

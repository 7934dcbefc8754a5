package ai.stigmer.graphton.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Optional;

/*
 * Only a process within a network namespace can make a socket there, and no program that can is on every machine. So
 * this one is brought along: it makes the socket, says so, waits until it was taken, and becomes the command. The socket
 * does not go on to the command.
 *
 * In C, and compiled by hand, which the test with a real sandbox holds against the machine:
 *
 *   int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
 *   if (dup3(s, 700, O_CLOEXEC) != 700) goto fail;
 *   if (bind(700, 127.0.0.1:3128, 16) || listen(700, 128)) goto fail;
 *   write(8, "\1", 1);
 *   if (read(7, stack, 1) != 1) goto fail;
 *   close(7); close(8);
 *   execve(argv[1], argv + 1, envp);
 *   fail: exit_group(125);
 */
/** A program of some 200 bytes that listens within a sandbox before it becomes the command. */
final class ListenerProgram {
  /** Where it listens, on the loopback interface. */
  static final int PORT = 3_128;

  /** The number of its socket among its files. */
  static final int SOCKET = 700;

  private static final String X86_64 =
      """
      b829000000bf02000000be0100080031d20f0589c7bebc020000ba00000800b8
      240100000f05bbbc02000039d80f858c00000089df488d358f000000ba100000
      00b8310000000f0585c0757389dfbe80000000b8320000000f0585c07561488d
      3576000000bf08000000ba01000000b8010000000f0550bf070000004889e6ba
      0100000031c00f055bffc87532bf07000000b8030000000f05bf08000000b803
      0000000f05488b0424488b7c2410488d742410488d54c410b83b0000000f05bf
      7d000000b8e70000000f0502000c387f000001000000000000000001""";

  private static final String AARCH64 =
      """
      c81880d2400080d2210080d20101a0f2020080d2010000d4815780d20201a0d2
      080380d2010000d41ff00af161040054a1040010020280d2081980d2010000d4
      c00300b5805780d2011080d2281980d2010000d4200300b5000180d2c1030010
      220080d2080880d2010000d4e00080d2e14300d1220080d2e80780d2010000d4
      1f0400f1a1010054e00080d2280780d2010000d4000180d2280780d2010000d4
      e20340f9e1430091200040f9220c028ba81b80d2010000d4a00f80d2c80b80d2
      010000d402000c387f000001000000000000000001""";

  private static final short MACHINE_X86_64 = 62;
  private static final short MACHINE_AARCH64 = 183;

  private static final int HEADER = 64;
  private static final int SEGMENT = 56;
  private static final long ADDRESS = 0x400000;
  private static final int READ_AND_EXECUTE = 5;

  private ListenerProgram() {}

  /**
   * The program as the kernel starts it; empty on machines that we have none for.
   *
   * @param architecture the name that Java gives, for example {@code amd64}
   */
  static Optional<byte[]> forMachine(String architecture) {
    return switch (architecture) {
      case "amd64", "x86_64" -> Optional.of(program(MACHINE_X86_64, X86_64));
      case "aarch64" -> Optional.of(program(MACHINE_AARCH64, AARCH64));
      default -> Optional.empty();
    };
  }

  /** An ELF file with one segment, which holds all of it. */
  private static byte[] program(short machine, String hex) {
    byte[] code = HexFormat.of().parseHex(hex.replace("\n", ""));
    int size = HEADER + SEGMENT + code.length;
    ByteBuffer file = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
    file.putShort((short) 2).putShort(machine).putInt(1);
    file.putLong(ADDRESS + HEADER + SEGMENT).putLong(HEADER).putLong(0).putInt(0);
    file.putShort((short) HEADER).putShort((short) SEGMENT).putShort((short) 1);
    file.position(HEADER);
    file.putInt(1).putInt(READ_AND_EXECUTE).putLong(0).putLong(ADDRESS).putLong(ADDRESS);
    file.putLong(size).putLong(size).putLong(4_096);
    return file.put(code).array();
  }
}

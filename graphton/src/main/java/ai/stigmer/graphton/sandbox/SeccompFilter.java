package ai.stigmer.graphton.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/*
 * Classic BPF over struct seccomp_data: number at 0, architecture at 4, the low halves of the arguments at 16, 24, …
 * A jump is relative and one byte wide, so each check carries its own answer instead of jumping to a common one.
 * clone3 hands its flags over in memory, where a filter cannot see them; saying that there is none makes every libc
 * use clone.
 */
/**
 * The system calls that a command has no use for and that reach past namespaces: other processes'
 * memory, kernel keyrings, mounts, new namespaces, io_uring, bpf, socket families that know no
 * network namespace or have been holes in the kernel, typing into a terminal.
 */
final class SeccompFilter {
  private static final int LOAD = 0x20;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int JUMP_IF_AT_LEAST = 0x35;
  private static final int JUMP_IF_ANY_BIT = 0x45;
  private static final int RETURN = 0x06;

  private static final int ALLOW = 0x7fff0000;
  private static final int FAIL = 0x00050000;
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final int EAFNOSUPPORT = 97;

  private static final int NUMBER = 0;
  private static final int ARCHITECTURE = 4;
  private static final int FIRST_ARGUMENT = 16;
  private static final int SECOND_ARGUMENT = 24;

  /** What only x32 programs add to the numbers of system calls. */
  private static final int X32 = 0x40000000;

  /** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
  private static final int NEW_NAMESPACES = 0x7e020000;

  /** AF_INET, AF_INET6 and AF_NETLINK, which tells a program its own addresses. */
  private static final List<Integer> SOCKET_FAMILIES = List.of(2, 10, 16);

  /** TIOCSTI and TIOCLINUX. */
  private static final List<Integer> TERMINAL_INPUT = List.of(0x5412, 0x541c);

  private SeccompFilter() {}

  /**
   * Numbers of system calls.
   *
   * @param audit the kernel's name of the architecture
   * @param fork clone(2)
   * @param fork3 clone3(2)
   */
  private record Machine(
      int audit, int socket, int ioctl, int fork, int fork3, List<Integer> denied) {}

  /*
   * In this order: ptrace, process_vm_readv, process_vm_writev, process_madvise, pidfd_getfd, kcmp · io_uring_setup,
   * _enter, _register · bpf, perf_event_open, userfaultfd · add_key, request_key, keyctl · mount, umount2, pivot_root,
   * chroot, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr · unshare, setns ·
   * open_by_handle_at, name_to_handle_at · init_module, finit_module, delete_module, kexec_load, kexec_file_load,
   * reboot · swapon, swapoff, acct, quotactl, syslog · settimeofday, clock_settime, adjtimex, clock_adjtime; on x86
   * also iopl, ioperm, modify_ldt.
   */
  private static final Machine X86_64 =
      new Machine(
          0xc000003e,
          41,
          16,
          56,
          435,
          List.of(
              101, 310, 311, 440, 438, 312, 425, 426, 427, 321, 298, 323, 248, 249, 250, 165, 166,
              155, 161, 428, 429, 430, 431, 432, 433, 442, 272, 308, 304, 303, 175, 313, 176, 246,
              320, 169, 167, 168, 163, 179, 103, 164, 227, 159, 305, 172, 173, 154));

  private static final Machine AARCH64 =
      new Machine(
          0xc00000b7,
          198,
          29,
          220,
          435,
          List.of(
              117, 270, 271, 440, 438, 272, 425, 426, 427, 280, 241, 282, 217, 218, 219, 40, 39, 41,
              51, 428, 429, 430, 431, 432, 433, 442, 97, 268, 265, 264, 105, 273, 106, 104, 294,
              142, 224, 225, 89, 60, 116, 170, 112, 171, 266));

  /**
   * The program as the kernel takes it; empty on machines whose numbers we do not have.
   *
   * @param architecture the name that Java gives, for example {@code amd64}
   */
  static Optional<byte[]> forMachine(String architecture) {
    return switch (architecture) {
      case "amd64", "x86_64" -> Optional.of(program(X86_64));
      case "aarch64" -> Optional.of(program(AARCH64));
      default -> Optional.empty();
    };
  }

  private static byte[] program(Machine machine) {
    var code = new Code();
    code.add(LOAD, 0, 0, ARCHITECTURE);
    code.add(JUMP_IF_EQUAL, 1, 0, machine.audit());
    code.add(RETURN, 0, 0, FAIL | EPERM);
    code.add(LOAD, 0, 0, NUMBER);
    code.answerIf(JUMP_IF_AT_LEAST, X32, FAIL | ENOSYS);
    code.answerIf(JUMP_IF_EQUAL, machine.fork3(), FAIL | ENOSYS);
    machine.denied().forEach(number -> code.answerIf(JUMP_IF_EQUAL, number, FAIL | EPERM));
    socket(code, machine.socket());
    code.add(JUMP_IF_EQUAL, 0, 4, machine.fork());
    code.add(LOAD, 0, 0, FIRST_ARGUMENT);
    code.answerIf(JUMP_IF_ANY_BIT, NEW_NAMESPACES, FAIL | EPERM);
    code.add(RETURN, 0, 0, ALLOW);
    ioctl(code, machine.ioctl());
    code.add(RETURN, 0, 0, ALLOW);
    return code.bytes();
  }

  private static void socket(Code code, int number) {
    code.add(JUMP_IF_EQUAL, 0, 2 + 2 * SOCKET_FAMILIES.size(), number);
    code.add(LOAD, 0, 0, FIRST_ARGUMENT);
    SOCKET_FAMILIES.forEach(family -> code.answerIf(JUMP_IF_EQUAL, family, ALLOW));
    code.add(RETURN, 0, 0, FAIL | EAFNOSUPPORT);
  }

  private static void ioctl(Code code, int number) {
    code.add(JUMP_IF_EQUAL, 0, 1 + 2 * TERMINAL_INPUT.size(), number);
    code.add(LOAD, 0, 0, SECOND_ARGUMENT);
    TERMINAL_INPUT.forEach(request -> code.answerIf(JUMP_IF_EQUAL, request, FAIL | EPERM));
  }

  /** Instructions in the making. */
  private static final class Code {
    private static final int SIZE = 8;

    private record Instruction(int operation, int ifTrue, int ifFalse, int operand) {}

    private final List<Instruction> instructions = new ArrayList<>();

    void add(int operation, int ifTrue, int ifFalse, int operand) {
      instructions.add(new Instruction(operation, ifTrue, ifFalse, operand));
    }

    void answerIf(int jump, int operand, int answer) {
      add(jump, 0, 1, operand);
      add(RETURN, 0, 0, answer);
    }

    byte[] bytes() {
      ByteBuffer buffer =
          ByteBuffer.allocate(instructions.size() * SIZE).order(ByteOrder.nativeOrder());
      for (Instruction one : instructions) {
        buffer.putShort((short) one.operation());
        buffer.put((byte) one.ifTrue()).put((byte) one.ifFalse());
        buffer.putInt(one.operand());
      }
      return buffer.array();
    }
  }
}

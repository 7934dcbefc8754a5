package ai.stigmer.cli;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;

/**
 * The machine that a model would run on.
 *
 * @param memory in bytes; empty when it is another machine
 */
record Machine(OptionalLong memory) {

  static Machine of(LocalServer server) {
    return new Machine(
        server.isHere()
                && ManagementFactory.getOperatingSystemMXBean()
                    instanceof OperatingSystemMXBean system
            ? OptionalLong.of(system.getTotalMemorySize())
            : OptionalLong.empty());
  }
}

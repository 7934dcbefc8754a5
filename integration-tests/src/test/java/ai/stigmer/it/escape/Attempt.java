package ai.stigmer.it.escape;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One row of the table.
 *
 * @param oracle how one sees from outside that it succeeded
 * @param flags see the table's head
 * @param published where the same was published about another agent or sandbox, may be empty
 */
record Attempt(
    String group, String name, String oracle, Set<String> flags, String published, String script) {
  private static final String TABLE = "attempts.txt";

  static List<Attempt> all() {
    var attempts = new ArrayList<Attempt>();
    String head = "";
    var script = new StringBuilder();
    for (String line : text().lines().filter(line -> !line.startsWith("# ")).toList()) {
      if (line.startsWith("## ")) {
        if (!head.isEmpty()) {
          attempts.add(of(head, script.toString()));
        }
        head = line.substring(3);
        script.setLength(0);
      } else {
        script.append(line).append('\n');
      }
    }
    attempts.add(of(head, script.toString()));
    return attempts;
  }

  boolean has(String flag) {
    return flags.contains(flag);
  }

  Attempt with(String other) {
    return new Attempt(group, name, oracle, flags, published, other);
  }

  String id() {
    return group + " · " + name;
  }

  private static Attempt of(String head, String script) {
    String[] parts = head.split("\\|", -1);
    return new Attempt(
        parts[0].strip(),
        parts[1].strip(),
        parts[2].strip(),
        Stream.of(parts[3].strip().split(" ", -1)).collect(Collectors.toSet()),
        parts[4].strip(),
        script);
  }

  private static String text() {
    try (InputStream in = Attempt.class.getResourceAsStream(TABLE)) {
      if (in == null) {
        throw new IllegalStateException("no " + TABLE);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

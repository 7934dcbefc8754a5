package ai.stigmer.it.injection;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One row of the table.
 *
 * @param place where the words stand, see the table's head
 * @param words what a stranger wrote
 * @param calls what the model then does
 */
record Attack(String place, String name, String words, List<Step> calls) {
  private static final String TABLE = "attacks.txt";

  /**
   * A call of a tool.
   *
   * @param arguments JSON
   */
  record Step(String tool, String arguments) {
    private static Step parse(String line) {
      int space = line.indexOf(' ');
      String tool = line.substring(0, space);
      String rest = line.substring(space + 1);
      return new Step(tool, rest.startsWith("{") ? rest : Json.object("command", rest));
    }
  }

  Attack {
    calls = List.copyOf(calls);
  }

  static List<Attack> all() {
    var attacks = new ArrayList<Attack>();
    for (String block : ("\n" + text()).split("\n## ", -1)) {
      if (!block.isBlank() && !block.startsWith("\n#")) {
        attacks.add(parse(block));
      }
    }
    return attacks;
  }

  String id() {
    return place + " · " + name;
  }

  boolean stands(String where) {
    return place.equals(where) || place.startsWith(where + " ");
  }

  private static Attack parse(String block) {
    List<String> lines = block.lines().toList();
    String[] head = lines.getFirst().split("\\|", -1);
    var words = new ArrayList<String>();
    var calls = new ArrayList<Step>();
    for (String line : lines.subList(1, lines.size())) {
      if (line.startsWith("> ")) {
        calls.add(Step.parse(line.substring(2)));
      } else {
        words.add(line);
      }
    }
    return new Attack(head[0].strip(), head[1].strip(), String.join("\n", words), calls);
  }

  private static String text() {
    try (InputStream in = Attack.class.getResourceAsStream(TABLE)) {
      if (in == null) {
        throw new IllegalStateException("no " + TABLE);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package ai.stigmer.cli;

import java.io.IOException;
import java.util.Locale;

/** Asks whoever sits at the terminal, and takes one line for an answer. */
final class Question {
  private final Surroundings surroundings;

  Question(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Whether anybody can be asked. */
  static boolean canBeAsked(Surroundings surroundings) {
    return surroundings.terminal().in() && surroundings.terminal().err();
  }

  /** The answer in small letters; empty when there is none. */
  String choice(String question) {
    return line(question).toLowerCase(Locale.ROOT);
  }

  /** The answer as it was typed; empty when there is none. */
  String line(String question) {
    surroundings.err().print(question + " > ");
    surroundings.err().flush();
    StringBuilder line = new StringBuilder();
    try {
      for (int next = surroundings.in().read();
          next != '\n' && next >= 0;
          next = surroundings.in().read()) {
        line.append((char) next);
      }
    } catch (IOException e) {
      return "";
    }
    return line.toString().strip();
  }
}

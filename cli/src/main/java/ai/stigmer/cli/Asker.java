package ai.stigmer.cli;

import ai.stigmer.graphton.cancel.CancelToken;
import java.io.PrintStream;
import java.util.Optional;

/** Puts a question to whoever sits at the terminal. */
interface Asker {

  /** What is typed, without blanks around it; empty when the question is withdrawn first. */
  Optional<String> line(String question, CancelToken until);

  /** Asks on standard error, and reads standard input. */
  static Asker at(Surroundings surroundings) {
    TypedLines lines = new TypedLines(surroundings.in());
    PrintStream err = surroundings.err();
    return (question, until) -> {
      lines.ready();
      err.print(question + " > ");
      err.flush();
      Optional<String> typed = lines.next(until);
      if (!typed.orElse("").endsWith("\n")) {
        err.println();
        err.flush();
      }
      return typed.map(String::strip);
    };
  }
}

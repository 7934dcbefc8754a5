package ai.stigmer.server.run;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.redaction.Redactor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Why the newest executions that failed outside of their runs did so. Thread-safe. */
final class Failures {
  private static final int MOST = 256;

  private final Map<String, Problem> problems =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Problem> eldest) {
          return size() > MOST;
        }
      };

  synchronized void keep(String id, Problem problem) {
    problems.put(id, problem);
  }

  synchronized Optional<Problem> find(String id) {
    return Optional.ofNullable(problems.get(id));
  }

  synchronized void forget(String id) {
    problems.remove(id);
  }

  /** What is told of a bug; the log has the rest. */
  static Problem bug() {
    return Problem.of(
        "E900", Problem.Category.RUN, "a bug of stigmer; the server's log tells more");
  }

  /**
   * What may be told of a problem: without secrets, and in words that hold none when they cannot be
   * known because agent, environment or key is gone. A store that is away is told in place of it,
   * as everything can still be well.
   *
   * @param secrets makes the redactor of the execution; it may throw
   */
  static Problem tellable(Problem problem, Supplier<Redactor> secrets) {
    try {
      return secrets.get().record(problem);
    } catch (ProblemException e) {
      return bare(Following.passes(e.problem()) ? e.problem() : problem);
    } catch (RuntimeException e) {
      return bare(problem);
    }
  }

  private static Problem bare(Problem problem) {
    return Problem.of(
            problem.code(),
            problem.category(),
            "the execution cannot go on, and its agent, environments or secrets cannot be read")
        .help("see what the code means: stigmer explain " + problem.code());
  }

  /** What an execution says that failed so. */
  static String words(Problem problem) {
    String help = problem.help().isEmpty() ? "" : "\n" + String.join("\n", problem.help());
    return problem.code() + ": " + problem.message() + help;
  }
}

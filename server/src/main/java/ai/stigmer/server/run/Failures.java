package ai.stigmer.server.run;

import ai.stigmer.graphton.error.Problem;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

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

  /** What an execution says that failed so. */
  static String words(Problem problem) {
    String help = problem.help().isEmpty() ? "" : "\n" + String.join("\n", problem.help());
    return problem.code() + ": " + problem.message() + help;
  }
}

package ai.stigmer.temporal.original;

import ai.stigmer.config.LogLevel;

/** What a worker for a Stigmer server has to say: no message, no answer, no secret. */
@FunctionalInterface
public interface RunnerLog {
  void say(LogLevel level, String line);
}

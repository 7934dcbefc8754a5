package ai.stigmer.graphton.sandbox;

import java.io.IOException;
import java.util.List;

/**
 * A command that is ready to be started, once. Standard streams, working folder and the rest of its
 * builder are the caller's; its environment is not to be touched.
 */
public interface ConfinedCommand {

  /** What to start; its working folder is the workspace. Only {@link #start} may start it. */
  ProcessBuilder builder();

  /** Starts it, from a thread that does not end before this program. */
  default Process start() throws IOException, InterruptedException {
    return Spawner.start(builder());
  }

  /** Ends the command and all that it started; does nothing when all of it has ended. */
  void kill(Process process);

  /**
   * Looks after the workspace when the command has ended.
   *
   * @return what was put right, a line each for the model and the user; empty when nothing was
   */
  List<String> settle() throws IOException;
}

package ai.stigmer.graphton.sandbox;

import java.io.IOException;
import java.util.List;

/**
 * How commands are kept in. {@link Unconfined} keeps nothing in but ends what a command started;
 * {@link Sandbox} finds what this machine has.
 *
 * <p>Thread contract: immutable.
 */
public interface Confinement {

  /** Whether anything is kept in. */
  boolean isSandbox();

  /** What it is, in a few words for people, for example {@code bubblewrap, no network}. */
  String inWords();

  /**
   * Makes a command ready to be started.
   *
   * @param command the program and its arguments, passed on as they are
   * @throws IOException when it cannot be kept in now; the message says why
   */
  ConfinedCommand wrap(List<String> command) throws IOException;
}

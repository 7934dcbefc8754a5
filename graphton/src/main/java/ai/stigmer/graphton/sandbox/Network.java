package ai.stigmer.graphton.sandbox;

/** What of the network a command reaches. */
public enum Network {
  /** Nothing, not even this machine's own services. */
  NONE,
  /** Whatever this machine reaches, its own services included. */
  OPEN
}

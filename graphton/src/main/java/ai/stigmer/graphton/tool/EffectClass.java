package ai.stigmer.graphton.tool;

/** What a crash in the middle of a tool means. The same on every engine. */
public enum EffectClass {
  /** Changes nothing; is run again after a crash. */
  READ,
  /** May be run again with the same idempotency key and has the effect once. */
  IDEMPOTENT,
  /** Is never run again: after a crash between intent and outcome the outcome is unknown. */
  UNSAFE
}

package ai.stigmer.graphton.message;

/** Why a model stopped, in terms that all providers share. */
public enum StopReason {
  /** The model finished its answer. */
  END,
  /** The model waits for tool results. */
  TOOL_USE,
  /** The output limit was reached; the text is cut. */
  MAX_TOKENS,
  /** The context window is full. */
  CONTEXT_FULL,
  /** The model or the provider's filter refused. */
  REFUSAL,
  /** The provider broke off a long turn; it goes on when it is shown what it has said so far. */
  PAUSE,
  /** A reason that this version does not know. */
  UNKNOWN
}

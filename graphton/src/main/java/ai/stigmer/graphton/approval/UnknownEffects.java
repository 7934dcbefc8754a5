package ai.stigmer.graphton.approval;

/** What is done about a call whose outcome was lost with its process. */
public enum UnknownEffects {
  /** Somebody is asked what became of it. */
  ASK,
  /** The model is told that it is not known. */
  TELL_MODEL,
  /** The run ends until somebody has chosen one of the others. */
  FAIL
}

package ai.stigmer.mcp;

/** Decides about a server whose tools are not those that were accepted. It may ask a person. */
@FunctionalInterface
public interface ChangedTools {

  /** Refuses every change. */
  ChangedTools REFUSE = (accepted, now) -> false;

  /** Whether the server may be used although it offers {@code now} instead. */
  boolean accept(AcceptedServer accepted, ToolList now);
}

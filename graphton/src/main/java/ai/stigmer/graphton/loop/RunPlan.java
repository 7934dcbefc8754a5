package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.intercept.ModelInterceptor;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.tool.Tool;
import java.util.List;
import java.util.function.Consumer;

/**
 * Everything that one drive of a run works with.
 *
 * @param tools sorted by name
 * @param maxTurns at least 1
 */
public record RunPlan(
    Asking asking,
    JournalWriter writer,
    List<Tool> tools,
    int maxTurns,
    Permission permission,
    Inbox inbox,
    Consumer<AgentEvent> listener,
    CancelToken cancel,
    List<ModelInterceptor> aroundModel,
    List<ToolInterceptor> aroundTools) {
  public RunPlan {
    tools = List.copyOf(tools);
    aroundModel = List.copyOf(aroundModel);
    aroundTools = List.copyOf(aroundTools);
  }
}

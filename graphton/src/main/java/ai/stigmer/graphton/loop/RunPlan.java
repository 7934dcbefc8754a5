package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.answer.AnswerCheck;
import ai.stigmer.graphton.budget.RunAccount;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.intercept.ModelInterceptor;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.journal.Inbox;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.graphton.subagent.Delegation;
import ai.stigmer.graphton.tool.KeptResults;
import ai.stigmer.graphton.tool.Tool;
import java.util.List;
import java.util.function.Consumer;

/**
 * Everything that one drive of a run works with.
 *
 * @param tools sorted by name, without the one that delegates
 * @param maxTurns at least 1
 * @param results the whole texts of this run's long results
 * @param account what the whole tree of runs has spent
 * @param answer what the final answer has to be
 * @param redactor what is written, shown and sent passes it
 */
public record RunPlan(
    Asking asking,
    JournalWriter writer,
    List<Tool> tools,
    int maxTurns,
    Permission permission,
    Inbox inbox,
    KeptResults results,
    Consumer<AgentEvent> listener,
    CancelToken cancel,
    List<ModelInterceptor> aroundModel,
    List<ToolInterceptor> aroundTools,
    RunAccount account,
    Delegation delegation,
    AnswerCheck answer,
    Redactor redactor) {
  public RunPlan {
    tools = List.copyOf(tools);
    aroundModel = List.copyOf(aroundModel);
    aroundTools = List.copyOf(aroundTools);
  }
}

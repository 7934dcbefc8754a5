package ai.stigmer.cli.session;

import ai.stigmer.cli.screen.ApprovalJson;
import ai.stigmer.cli.screen.ContextJson;
import ai.stigmer.cli.screen.Ends;
import ai.stigmer.cli.screen.Json;
import ai.stigmer.cli.screen.Spending;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.TurnUsage;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.util.List;
import java.util.Locale;

/** A journal entry as one line of JSON, for programs. */
public final class Export {
  private Export() {}

  public static String line(String runId, Recorded recorded) {
    ObjectNode json = Json.object(type(recorded.entry()));
    json.put("run", runId).put("seq", recorded.seq()).put("time", recorded.time().toString());
    fill(json, recorded.entry());
    return Json.line(json);
  }

  private static String type(JournalEntry entry) {
    return switch (entry) {
      case JournalEntry.RunStarted _ -> "run_started";
      case JournalEntry.RunResumed _ -> "run_resumed";
      case JournalEntry.Turn _ -> "turn";
      case JournalEntry.ToolIntent _ -> "tool_intent";
      case JournalEntry.ToolOutcome _ -> "tool_outcome";
      case JournalEntry.ApprovalRequested _ -> "approval_requested";
      case JournalEntry.ApprovalDecided _ -> "approval_decided";
      case JournalEntry.UserMessage _ -> "user_message";
      case JournalEntry.ModelSwitched _ -> "model_switched";
      case JournalEntry.ChildStarted _ -> "child_started";
      case JournalEntry.ChildFinished _ -> "child_finished";
      case JournalEntry.RunForked _ -> "run_forked";
      case JournalEntry.AttemptFailed _ -> "attempt_failed";
      case JournalEntry.Compacted _ -> "compacted";
      case JournalEntry.CompactionFailed _ -> "compaction_failed";
      case JournalEntry.ResultKept _ -> "result_kept";
      case JournalEntry.WorkspaceSaved _ -> "workspace_saved";
      case JournalEntry.RunFinished _ -> "run_finished";
    };
  }

  private static void fill(ObjectNode json, JournalEntry entry) {
    switch (entry) {
      case JournalEntry.RunStarted started -> {
        json.put("input", started.input()).put("agent", started.agent());
        json.put("system", started.system()).put("tools_hash", started.toolsHash());
        json.putRawValue("environment", new RawValue(started.environment()));
      }
      case JournalEntry.RunResumed resumed -> json.put("owner", resumed.owner());
      case JournalEntry.Turn turn -> turn(json, turn.turn());
      case JournalEntry.ToolIntent intent -> {
        json.set("call", call(intent.call()));
        json.put("effect", intent.effect().name().toLowerCase(Locale.ROOT));
        intent.prepared().ifPresent(prepared -> json.put("prepared", prepared));
        intent.approval().ifPresent(approval -> json.put("approval", approval));
      }
      case JournalEntry.ToolOutcome outcome -> {
        json.set("call", call(outcome.call()));
        json.put("status", outcome.result().status().name().toLowerCase(Locale.ROOT));
        json.put("text", outcome.result().text());
        outcome.approval().ifPresent(approval -> json.put("approval", approval));
      }
      case JournalEntry.ApprovalRequested requested -> ApprovalJson.of(json, requested.request());
      case JournalEntry.ApprovalDecided decided ->
          ApprovalJson.of(json, decided.decision())
              .put("approval", decided.approval())
              .put("by", decided.by());
      case JournalEntry.UserMessage message -> json.put("text", message.text());
      case JournalEntry.ModelSwitched switched -> {
        json.put("from", switched.from()).put("to", switched.to());
        json.put("why", switched.why());
      }
      case JournalEntry.ChildStarted child ->
          json.put("call", child.call())
              .put("child", child.childRunId())
              .put("agent", child.agent());
      case JournalEntry.ChildFinished child -> {
        json.put("child", child.childRunId()).put("turns", child.turns());
        json.set("usage", Json.usage(Spending.of(child.spent()).usage()));
        json.set("cost", Spending.of(child.spent()).json());
        end(json, child.end());
      }
      case JournalEntry.AttemptFailed failed -> spent(json, failed.spent());
      case JournalEntry.Compacted compacted -> {
        json.put("text", compacted.text()).put("replaced", compacted.replaced());
        ContextJson.put(json, compacted.before(), compacted.after(), compacted.window());
        spent(json, compacted.spent());
      }
      case JournalEntry.CompactionFailed failed ->
          spent(json.put("why", failed.why()), failed.spent());
      case JournalEntry.ResultKept kept ->
          json.put("call", kept.call()).put("name", kept.name()).put("text", kept.text());
      case JournalEntry.WorkspaceSaved saved -> json.put("snapshot", saved.snapshot());
      case JournalEntry.RunForked forked -> json.put("from", forked.from()).put("at", forked.at());
      case JournalEntry.RunFinished finished -> end(json, finished.end());
    }
  }

  private static void end(ObjectNode json, RunEnd end) {
    json.put("status", Ends.status(end)).put("text", end.text());
    Ends.problem(end).ifPresent(p -> json.set("error", Json.problem(p)));
  }

  private static void turn(ObjectNode json, ModelTurn turn) {
    spent(json, TurnUsage.of(turn));
    json.put("stop", turn.stop().name().toLowerCase(Locale.ROOT));
    json.put("raw", turn.raw());
  }

  private static void spent(ObjectNode json, TurnUsage used) {
    json.put("provider", used.provider()).put("model", used.model());
    json.set("usage", Json.usage(used.usage()));
    Spending spending = Spending.of(List.of(used));
    json.set("cost", spending.json());
    spending.addTo(json);
  }

  private static ObjectNode call(ToolCall call) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", call.id())
        .put("name", call.name())
        .put("arguments", call.arguments());
  }
}

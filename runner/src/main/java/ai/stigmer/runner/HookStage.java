package ai.stigmer.runner;

import ai.stigmer.config.HookSetting;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.permission.Mode;
import ai.stigmer.graphton.permission.Permissions;
import ai.stigmer.graphton.permission.Rule;
import ai.stigmer.graphton.permission.Verdict;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.graphton.tool.CallSuspended;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.workspace.Workspace;
import ai.stigmer.runner.HookProcess.Ended;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs the user's hooks beside the tools of one run and its sub-agents, and when the run has ended.
 *
 * <p>It stands between the run and its listener: what it has to say of a hook comes between two
 * events, also from the threads of concurrent tools, and never after the last one.
 */
final class HookStage implements ToolInterceptor, Consumer<AgentEvent> {
  private static final int SCHEMA = 1;
  private static final int DENIES = 2;
  private static final Rule ANY = Rule.parse(Verdict.ALLOW, "*");

  private final RunHooks hooks;
  private final Workspace workspace;
  private final HookProcess processes;
  private final Redactor redactor;
  private final Journal journal;
  private final Consumer<AgentEvent> listener;
  private final Object speaking = new Object();
  private long begun;

  /**
   * @param env the user's variables; hooks get them without those that hold a key
   * @param listener sees every event
   */
  HookStage(
      RunHooks hooks,
      Workspace workspace,
      Map<String, String> env,
      Redactor redactor,
      Journal journal,
      Consumer<AgentEvent> listener) {
    this.hooks = hooks;
    this.workspace = workspace;
    this.processes = new HookProcess(workspace.root(), KnownSecrets.without(env, redactor));
    this.redactor = redactor;
    this.journal = journal;
    this.listener = listener;
  }

  @Override
  public Optional<String> objection(
      Tool tool, ToolCall call, ToolArguments arguments, ToolContext context)
      throws InterruptedException {
    for (HookSetting hook : hooks.beforeTool()) {
      if (isFor(hook, tool, call)) {
        String input = of("before_tool", tool, arguments, context).toString();
        Optional<String> denial = denial(hook, tool, processes.run(hook, input, context.cancel()));
        if (denial.isPresent()) {
          return denial;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<String> denial(HookSetting hook, Tool tool, Ended ended) {
    if (ended instanceof Ended.Exited(int status, String out, String _)) {
      if (status == 0) {
        return Optional.empty();
      }
      if (status == DENIES) {
        return denied(out.isEmpty() ? "it gives no reason" : redactor.text(out));
      }
    }
    tell(hook, "before " + tool.spec().name(), ended, "; the call was denied");
    return denied("it failed, and what it guards does not run without it");
  }

  private static Optional<String> denied(String why) {
    return Optional.of(
        "denied by a hook of the user's: "
            + why
            + "\nNothing of the call ran. Do not try it in another way: go on without it, or tell"
            + " the user what you need");
  }

  @Override
  public ToolResult around(Tool tool, ToolArguments arguments, ToolContext context, Next next)
      throws Exception {
    ToolResult result;
    try {
      result = next.run(arguments);
    } catch (CallSuspended e) {
      throw e;
    } catch (Exception e) {
      after(tool, arguments, context, ToolResult.error(String.valueOf(e.getMessage())));
      throw e;
    }
    after(tool, arguments, context, result);
    return result;
  }

  /** Whatever becomes of the hooks, the call has its result. */
  private void after(Tool tool, ToolArguments arguments, ToolContext context, ToolResult result) {
    String name = tool.spec().name();
    var call = new ToolCall(context.callId(), name, arguments.json().toString());
    for (HookSetting hook : hooks.afterTool()) {
      if (isFor(hook, tool, call)) {
        ObjectNode input =
            of("after_tool", tool, arguments, context)
                .put("status", result.status().name().toLowerCase(Locale.ROOT))
                .put("text", redactor.text(result.text()));
        runUnheeded(hook, input, context.cancel(), "after " + name);
      }
    }
  }

  @Override
  public void accept(AgentEvent event) {
    synchronized (speaking) {
      switch (event) {
        case AgentEvent.RunStarted started -> begun = started.seq();
        case AgentEvent.RunFinished(RunResult result) when hasEnded(result) -> stop(result);
        default -> {}
      }
      listener.accept(event);
    }
  }

  /** A run that waits, or is only shown again, has written no end since it was begun. */
  private boolean hasEnded(RunResult result) {
    if (hooks.stop().isEmpty()) {
      return false;
    }
    try {
      List<Recorded> since = journal.read(result.runId(), begun);
      return !since.isEmpty() && since.getLast().entry() instanceof JournalEntry.RunFinished;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private void stop(RunResult result) {
    ObjectNode input =
        of("stop", result.runId())
            .put("end", word(result.end()))
            .put("text", redactor.text(result.text()));
    // The thread of a cancelled run may be interrupted, and its hooks are still to run.
    boolean interrupted = Thread.interrupted();
    for (HookSetting hook : hooks.stop()) {
      runUnheeded(hook, input, new CancelToken(), "at the end of the run");
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void runUnheeded(HookSetting hook, ObjectNode input, CancelToken cancel, String when) {
    try {
      Ended ended = processes.run(hook, input.toString(), cancel);
      if (!(ended instanceof Ended.Exited(int status, String _, String _)) || status != 0) {
        tell(hook, when, ended, "");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(HookSetting hook, String when, Ended ended, String then) {
    String how =
        switch (ended) {
          case Ended.Cancelled _ -> "";
          case Ended.TimedOut _ -> "was killed after " + hook.timeout().toMillis() + " ms";
          case Ended.NotStarted(String why) -> "could not be run: " + why;
          case Ended.Exited(int status, String _, String err) ->
              "ended with status " + status + (err.isEmpty() ? "" : ": " + err);
        };
    if (!how.isEmpty()) {
      String text = "the hook of %s, run %s, %s%s".formatted(hook.location(), when, how, then);
      synchronized (speaking) {
        listener.accept(new AgentEvent.Notice("E440", redactor.text(text)));
      }
    }
  }

  /** A command line that is not understood may be one that the hook is for. */
  private boolean isFor(HookSetting hook, Tool tool, ToolCall call) {
    var rules = new ArrayList<>(hook.tools());
    rules.add(ANY);
    return hook.tools().isEmpty()
        || new Permissions(Mode.ALLOW_EDITS, rules, workspace).examine(tool, call).verdict()
            != Verdict.ALLOW;
  }

  private static ObjectNode of(
      String event, Tool tool, ToolArguments arguments, ToolContext context) {
    return of(event, context.runId())
        .put("tool", tool.spec().name())
        .put("effect", tool.effect().name().toLowerCase(Locale.ROOT))
        .set("arguments", arguments.json());
  }

  private static ObjectNode of(String event, String runId) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("schema", SCHEMA)
        .put("event", event)
        .put("run", runId);
  }

  private static String word(RunEnd end) {
    return switch (end) {
      case RunEnd.Completed _ -> "completed";
      case RunEnd.Stopped _ -> "stopped";
      case RunEnd.Failed _ -> "failed";
      case RunEnd.Cancelled _ -> "cancelled";
      case RunEnd.Waiting _ -> "waiting";
      case RunEnd.Yielded _ -> "yielded";
    };
  }
}

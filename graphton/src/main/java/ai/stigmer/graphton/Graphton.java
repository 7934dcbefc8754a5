package ai.stigmer.graphton;

import ai.stigmer.graphton.approval.Approver;
import ai.stigmer.graphton.approval.UnknownEffects;
import ai.stigmer.graphton.budget.Budget;
import ai.stigmer.graphton.budget.Funding;
import ai.stigmer.graphton.budget.Prices;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.context.ContextPolicy;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.intercept.ModelInterceptor;
import ai.stigmer.graphton.intercept.ToolInterceptor;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.loop.Asking;
import ai.stigmer.graphton.loop.Permission;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.redaction.Redactor;
import ai.stigmer.graphton.retry.RetryPolicy;
import ai.stigmer.graphton.retry.Timing;
import ai.stigmer.graphton.subagent.Handover;
import ai.stigmer.graphton.tool.ToolPolicy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs agents: the model–tool loop over a journal.
 *
 * <p>Every {@code with}-style method returns a changed copy; nothing here is shared between copies
 * but the objects that were handed in. Thread contract: thread-safe; {@link #run} blocks its caller
 * until the run ends. Neither the model nor the journal is closed.
 */
public final class Graphton {
  private final Options options;

  private Graphton(Options options) {
    this.options = options;
  }

  /** A runner for this model, with a journal in memory, and every tool allowed. */
  public static Graphton with(ChatModel model) {
    return new Graphton(new Options(model));
  }

  /** Where runs are written down. */
  public Graphton journal(Journal journal) {
    return changed(copy -> copy.journal = journal);
  }

  /** Who writes, for people who look at the journal. */
  public Graphton owner(String owner) {
    return changed(copy -> copy.owner = owner);
  }

  /** Who decides whether a tool may run. */
  public Graphton policy(ToolPolicy policy) {
    return changed(copy -> copy.permission = options.permission().withPolicy(policy));
  }

  /** Policy, approver and what is done about lost outcomes, all at once. */
  public Graphton permission(Permission permission) {
    return changed(copy -> copy.permission = permission);
  }

  /** Who is asked where the policy wants somebody's word; nobody unless set. */
  public Graphton approver(Approver approver) {
    return changed(copy -> copy.permission = options.permission().withApprover(approver));
  }

  /** What is done about calls whose outcome was lost; the model is told unless set. */
  public Graphton unknownEffects(UnknownEffects choice) {
    return changed(copy -> copy.permission = options.permission().withUnknown(choice));
  }

  /**
   * What the caller will need to go on with the run, as JSON; journaled, so never with a secret.
   */
  public Graphton environment(String json) {
    return changed(copy -> copy.environment = json);
  }

  /**
   * Sees what happens, in order and one event at a time, on the thread that runs the agent or one
   * of its sub-agents. A listener that throws is not called again; the run goes on.
   */
  public Graphton listener(Consumer<AgentEvent> listener) {
    return changed(copy -> copy.listener = listener);
  }

  /** Ends runs early. */
  public Graphton cancel(CancelToken token) {
    return changed(copy -> copy.cancel = token);
  }

  /**
   * Models that stand in, in this order, when the model before them cannot be had: it is out of
   * reach or fails for a reason that may pass, and its retries are used up. Never for a refusal, a
   * wrong key or a bad request. A model that was left is tried again after five minutes.
   */
  public Graphton fallbacks(List<ChatModel> models) {
    return changed(copy -> copy.asking = options.asking().withFallbacks(models));
  }

  /** When a failed call of the model is made again; {@link RetryPolicy#DEFAULT} unless set. */
  public Graphton retries(RetryPolicy policy) {
    return changed(copy -> copy.asking = options.asking().withRetries(policy));
  }

  /** The moment that no wait for a retry passes, as the run must be over by then. */
  public Graphton deadline(Instant moment) {
    return changed(copy -> copy.asking = options.asking().withDeadline(moment));
  }

  /** When the oldest messages are summarised; {@link ContextPolicy#DEFAULT} unless set. */
  public Graphton context(ContextPolicy policy) {
    return changed(copy -> copy.asking = options.asking().withContext(policy));
  }

  /** The clock and chance that retries go by. */
  public Graphton timing(Timing timing) {
    return changed(copy -> copy.asking = options.asking().withTiming(timing));
  }

  /**
   * What a run and its sub-agents may spend.
   *
   * @param prices what calls of the models cost; a budget of money needs a price for each
   */
  public Graphton budget(Budget budget, Prices prices) {
    return changed(copy -> copy.funding = new Funding(budget, prices));
  }

  /**
   * Adds an interceptor around model calls, each retry included; the first one added is the
   * outermost.
   */
  public Graphton aroundModel(ModelInterceptor interceptor) {
    return changed(copy -> copy.aroundModel = appended(options.aroundModel(), interceptor));
  }

  /** Adds an interceptor around tool bodies; the first one added is the outermost. */
  public Graphton aroundTools(ToolInterceptor interceptor) {
    return changed(copy -> copy.aroundTools = appended(options.aroundTools(), interceptor));
  }

  /**
   * What nobody may see: taken out of everything that is journaled, shown and sent to a model. None
   * unless set.
   */
  public Graphton redactor(Redactor redactor) {
    return changed(copy -> copy.redactor = redactor);
  }

  /** Who has the runs of sub-agents driven; they are driven here unless set. */
  public Graphton handover(Handover handover) {
    return changed(copy -> copy.handover = handover);
  }

  /** Runs the agent under a new id. Failures are part of the result. */
  public RunResult run(Agent agent, String message) {
    return run(agent, message, RunIds.next(options.clock().instant()));
  }

  /**
   * Runs the agent. A run of this id of which nothing was written, because whoever made it died, is
   * begun.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the journal cannot start the run;
   *     {@code E504} when it has begun
   */
  public RunResult run(Agent agent, String message, String runId) {
    return RunTree.start(options, agent, message, runId);
  }

  /**
   * Goes on with a run where it stopped. Recorded turns are not asked again, finished tools not run
   * again. A run that has completed gives its recorded result.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the journal has no such run, it is
   *     damaged, somebody else is running it, or it never started
   */
  public RunResult resume(Agent agent, String runId) {
    return RunTree.resume(options, agent, runId, RunTree.Behind.ANY_END);
  }

  /**
   * The same for those who drive runs for others and may be told more than once to do so: a run
   * that has ended stays as it is and gives its recorded result, unless somebody asked at the
   * journal's inbox that it goes on behind that end ({@link
   * ai.stigmer.graphton.loop.SteeringDesk#resume}).
   *
   * @throws ai.stigmer.graphton.error.ProblemException as {@link #resume}
   */
  public RunResult goOn(Agent agent, String runId) {
    return RunTree.resume(options, agent, runId, RunTree.Behind.ENDS_ON_REQUEST);
  }

  /**
   * Goes on with a run of a sub-agent that {@link #handover} gave away, in the place of its
   * parent's driver: with its parent's tools, models and budget, and no further once a run above it
   * has ended or is to end. One that is over stays as it is.
   *
   * @param agent that of the run at the top of the tree
   * @throws ai.stigmer.graphton.error.ProblemException as {@link #resume}
   */
  public RunResult goOnBelow(Agent agent, String childRunId) {
    return RunTree.resumeChild(options, agent, childRunId);
  }

  /**
   * Begins a run with a copy of another one's first entries, and drives it to an end. What the
   * other run did to the world is not undone.
   *
   * @throws ai.stigmer.graphton.error.ProblemException {@code E540} when the other run cannot be
   *     forked there; as {@link #run(Agent, String, String)} and {@link #resume}
   */
  public RunResult fork(Agent agent, Fork fork) {
    fork.begin(options.journal(), options.owner(), options.environment(), options.redactor());
    return resume(agent, fork.runId());
  }

  private Graphton changed(Consumer<Options> change) {
    var copy = new Options(options);
    change.accept(copy);
    return new Graphton(copy);
  }

  private static <T> List<T> appended(List<T> list, T element) {
    var longer = new ArrayList<>(list);
    longer.add(element);
    return List.copyOf(longer);
  }

  /**
   * What a runner works with; shared by the runs of one tree. Never changed once a runner has it.
   */
  static final class Options {
    private Asking asking;
    private Journal journal = new InMemoryJournal(InstantSource.system());
    private String owner = "library";
    private Permission permission = Permission.ALLOW_ALL;
    private String environment = "{}";
    private Consumer<AgentEvent> listener = event -> {};
    private CancelToken cancel = new CancelToken();
    private List<ModelInterceptor> aroundModel = List.of();
    private List<ToolInterceptor> aroundTools = List.of();
    private InstantSource clock = InstantSource.system();
    private Funding funding = Funding.UNLIMITED;
    private Redactor redactor = Redactor.NONE;
    private Handover handover = Handover.NONE;

    private Options(ChatModel model) {
      this.asking = Asking.of(model);
    }

    private Options(Options other) {
      this.asking = other.asking;
      this.journal = other.journal;
      this.owner = other.owner;
      this.permission = other.permission;
      this.environment = other.environment;
      this.listener = other.listener;
      this.cancel = other.cancel;
      this.aroundModel = other.aroundModel;
      this.aroundTools = other.aroundTools;
      this.clock = other.clock;
      this.funding = other.funding;
      this.redactor = other.redactor;
      this.handover = other.handover;
    }

    Asking asking() {
      return asking;
    }

    Journal journal() {
      return journal;
    }

    String owner() {
      return owner;
    }

    Permission permission() {
      return permission;
    }

    String environment() {
      return environment;
    }

    Consumer<AgentEvent> listener() {
      return listener;
    }

    CancelToken cancel() {
      return cancel;
    }

    List<ModelInterceptor> aroundModel() {
      return aroundModel;
    }

    List<ToolInterceptor> aroundTools() {
      return aroundTools;
    }

    InstantSource clock() {
      return clock;
    }

    Funding funding() {
      return funding;
    }

    Redactor redactor() {
      return redactor;
    }

    Handover handover() {
      return handover;
    }
  }
}

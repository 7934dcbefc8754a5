package ai.stigmer.cli;

import static java.util.Objects.requireNonNull;

import ai.stigmer.cli.chat.ChatView;
import ai.stigmer.cli.chat.LineEditor;
import ai.stigmer.cli.chat.LineStream;
import ai.stigmer.cli.chat.Typed;
import ai.stigmer.cli.screen.Decider;
import ai.stigmer.cli.screen.ProblemText;
import ai.stigmer.cli.screen.Terminal;
import ai.stigmer.cli.screen.TextView;
import ai.stigmer.cli.screen.TextView.Detail;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.approval.UnknownEffects;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.Permission;
import ai.stigmer.graphton.loop.SteeringDesk;
import ai.stigmer.runner.RulePolicy;
import ai.stigmer.runner.RunControl;
import ai.stigmer.runner.RunEnvironment;
import ai.stigmer.runner.RunHooks;
import ai.stigmer.runner.RunRequest;
import ai.stigmer.runner.Runner;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/*
 * Every message goes through the run's inbox, whether the run works or pauses: what is said to it is in the journal
 * before anybody acts on it, and a run that is driven hears it by the loop's own rules. Only the first one begins the
 * run, and cannot be posted before it has.
 */
/**
 * One run, as somebody talks with it: each message that it pauses for starts a turn, each other one
 * is heard at its next step.
 *
 * <p>Thread contract: {@link #talk} reads on its caller's thread; one thread at a time drives the
 * run. What both know is guarded by this object.
 */
final class ChatSession {
  private static final String IDLE = "> ";
  private static final String WORKING = "working > ";

  private final LineEditor editor;
  private final Course course;
  private final Journal journal;
  private final Runner runner;
  private final SteeringDesk desk;
  private final PrintStream own;
  private final Surroundings screen;
  private final ChatView view;
  private final ChatCommands commands;
  private final ShellApproval approval;
  private final List<String> early = new ArrayList<>();
  private boolean begun;
  private @Nullable CancelToken working;
  private boolean saidSinceBreakOff;
  private CompletableFuture<Void> turn = CompletableFuture.completedFuture(null);

  /**
   * What the session's run is driven with.
   *
   * @param startLine which model, whose key, which mode
   */
  record Course(
      String runId, RunEnvironment environment, Resolved configuration, String startLine) {
    Course {
      requireNonNull(runId, "runId is null");
      requireNonNull(environment, "environment is null");
      requireNonNull(configuration, "configuration is null");
      requireNonNull(startLine, "startLine is null");
    }
  }

  ChatSession(
      Surroundings surroundings,
      LineEditor editor,
      Detail detail,
      Course course,
      Journal journal,
      Runner runner) {
    this.editor = editor;
    this.course = course;
    this.journal = journal;
    this.runner = runner;
    this.desk = new SteeringDesk(journal);
    this.own = above();
    editor.prompt(IDLE);
    this.screen =
        new Surroundings(
            surroundings.env(),
            surroundings.in(),
            above(),
            above(),
            surroundings.terminal(),
            surroundings.journals(),
            surroundings.signals(),
            surroundings.clock());
    Terminal terminal = surroundings.terminal();
    this.view =
        new ChatView(
            new TextView(screen.out(), screen.err(), terminal, detail),
            screen.err(),
            terminal.palette());
    this.approval = new ShellApproval(screen, course.configuration().whenAbsent(), editor::ask);
    this.commands = new ChatCommands(surroundings, course, journal, own);
  }

  private PrintStream above() {
    return new PrintStream(new LineStream(editor::above), true, StandardCharsets.UTF_8);
  }

  /** The same for a run that has begun before; what is open of it goes on at once. */
  boolean goOn() {
    begun();
    if (desk.end(course.runId()).isEmpty() || desk.isWaitedFor(course.runId())) {
      own.println("it goes on where it was broken off");
      drive("");
    }
    return talk();
  }

  /** Talks until the user ends it; says whether there is a run to go on with. */
  boolean talk() {
    own.println("type a message, or /help");
    while (hears(editor.read())) {}
    var _ = breakOff();
    turn.join();
    return begun;
  }

  private boolean hears(Typed typed) {
    return switch (typed) {
      case Typed.Ended _ -> false;
      case Typed.Interrupted(String draft) -> breakOff() || !draft.isEmpty();
      case Typed.Line(String text) -> text.isBlank() || hears(text);
    };
  }

  private boolean hears(String text) {
    try {
      if (!text.startsWith("/")) {
        say(text.strip());
        return true;
      }
      own.println(IDLE + Visible.answer(text));
      return switch (text.strip()) {
        case "/exit" -> false;
        case "/undo" -> {
          undo();
          yield true;
        }
        default -> {
          commands.run(text.strip(), entries());
          yield true;
        }
      };
    } catch (ProblemException e) {
      own.print(ProblemText.of(e.problem(), screen.terminal().palette()));
      return true;
    }
  }

  private synchronized void undo() {
    if (working != null) {
      own.println("it works; Ctrl-C breaks it off first");
    } else {
      commands.undo(entries());
    }
  }

  private synchronized void say(String message) {
    if (working == null) {
      own.println(IDLE + Visible.answer(message));
      view.answering(message);
      if (begun) {
        var _ = desk.say(course.runId(), message, Decider.here());
      }
      drive(message);
    } else {
      saidSinceBreakOff = working.isCancelled();
      if (begun) {
        var _ = desk.say(course.runId(), message, Decider.here());
      } else {
        early.add(message);
      }
      own.println(IDLE + Visible.answer(message) + "  (heard at its next step)");
    }
  }

  /** Says whether anything was running. */
  private synchronized boolean breakOff() {
    if (working == null) {
      return false;
    }
    saidSinceBreakOff = false;
    working.cancel();
    return true;
  }

  private synchronized void drive(String message) {
    Optional<CancelToken> first = Optional.of(works());
    editor.prompt(WORKING);
    turn =
        CompletableFuture.runAsync(
            () -> turn(message, first), task -> Thread.ofPlatform().name("turn").start(task));
  }

  private synchronized CancelToken works() {
    saidSinceBreakOff = false;
    CancelToken cancel = new CancelToken();
    working = cancel;
    return cancel;
  }

  private void turn(String message, Optional<CancelToken> first) {
    try {
      for (Optional<CancelToken> cancel = first; cancel.isPresent(); ) {
        cancel = next(driven(message, control(cancel.get())), cancel.get());
      }
    } catch (ProblemException e) {
      view.failed(e.problem());
      pause();
    } catch (RuntimeException e) {
      view.failed(
          Problem.of("E900", Problem.Category.INTERNAL, e.getClass().getSimpleName())
              .help("this is a bug of stigmer; the session can go on"));
      pause();
    }
  }

  private RunResult driven(String message, RunControl control) {
    return hasBegun()
        ? runner.resume(course.runId(), course.environment(), control)
        : runner.run(new RunRequest(course.runId(), message, course.environment()), control);
  }

  private List<Recorded> entries() {
    return hasBegun() ? journal.read(course.runId()) : List.of();
  }

  private synchronized boolean hasBegun() {
    return begun;
  }

  /**
   * What was said too late for the end's own look at the inbox is heard now, and what was said
   * after a turn was broken off and before it had ended.
   *
   * @return what breaks off the next drive; empty when there is none
   */
  private synchronized Optional<CancelToken> next(RunResult result, CancelToken cancel) {
    if (desk.isWaitedFor(course.runId())) {
      if (result.end() instanceof RunEnd.Completed) {
        return Optional.of(cancel);
      }
      if (result.end() instanceof RunEnd.Cancelled && saidSinceBreakOff) {
        return Optional.of(works());
      }
    }
    pause();
    return Optional.empty();
  }

  private synchronized void pause() {
    working = null;
    editor.prompt(IDLE);
  }

  private RunControl control(CancelToken cancel) {
    Permission permission =
        new Permission(
            RulePolicy.of(course.environment()),
            approval,
            UnknownEffects.valueOf(course.configuration().unknownEffects().name()));
    return new RunControl(this::happened, permission, cancel, RunHooks.of(course.configuration()));
  }

  private void happened(AgentEvent event) {
    if (event instanceof AgentEvent.RunStarted) {
      begun();
    }
    view.accept(event);
  }

  private synchronized void begun() {
    begun = true;
    for (String message : early) {
      try {
        var _ = desk.say(course.runId(), message, Decider.here());
      } catch (ProblemException e) {
        own.print(ProblemText.of(e.problem(), screen.terminal().palette()));
      }
    }
    early.clear();
  }
}

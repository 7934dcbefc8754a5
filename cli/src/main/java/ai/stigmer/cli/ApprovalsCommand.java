package ai.stigmer.cli;

import ai.stigmer.cli.screen.ApprovalJson;
import ai.stigmer.cli.screen.Decider;
import ai.stigmer.cli.screen.Json;
import ai.stigmer.cli.screen.ToolLine;
import ai.stigmer.cli.screen.Visible;
import ai.stigmer.cli.session.ApprovalFinder;
import ai.stigmer.config.Backend;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.ConfigInput;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.loop.ApprovalDesk.Shown;
import ai.stigmer.graphton.loop.ApprovalDesk.Standing;
import ai.stigmer.graphton.loop.ApprovalDesk.Verdict;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.permission.Mode;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.runner.PresentPlan;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Decides about calls that wait, from any terminal. */
@Command(
    name = "approvals",
    description = "List, show or decide calls that wait for somebody's word.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "ID is what the run says, RUN.N; a run that waits for one thing goes by its own id or \"last\".",
      "Examples:",
      "  stigmer approvals list",
      "  stigmer approvals approve last",
      "  stigmer approvals deny 261121-k3x.1 --reason \"not on this branch\""
    })
final class ApprovalsCommand implements Runnable {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final String ID = "The approval's id, RUN.N.";
  private static final int CALL = 80;

  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  ApprovalsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say which: list, show ID, approve ID, deny ID or settle ID WHAT");
  }

  @Command(
      name = "list",
      description = "List what waits, of the newest 1000 runs; times are UTC.",
      mixinStandardHelpOptions = true)
  int list(
      @Option(names = "--all", description = "What is decided or gone as well.") boolean all,
      @Option(
              names = {"-o", "--output"},
              paramLabel = "FORMAT",
              defaultValue = "text",
              description = "text (default) or json.")
          String format) {
    boolean json = isJson("list", format);
    return with(
        JournalOpener.Access.READ,
        journal -> {
          List<Shown> found =
              ApprovalFinder.all(journal, this::note).stream()
                  .filter(shown -> all || shown.standing() == Standing.OPEN)
                  .toList();
          if (json) {
            ObjectNode object = Json.object("approvals");
            ArrayNode array = object.putArray("approvals");
            found.forEach(shown -> array.add(json(shown)));
            surroundings.out().println(Json.line(object));
          } else if (found.isEmpty()) {
            surroundings.err().println(all ? "there is no approval" : "nothing waits");
          } else {
            found.forEach(shown -> surroundings.out().println(row(shown)));
          }
          return 0;
        });
  }

  @Command(
      name = "show",
      description = "Print everything that a decision is about.",
      mixinStandardHelpOptions = true)
  int show(
      @Parameters(paramLabel = "ID", description = ID) String id,
      @Option(
              names = {"-o", "--output"},
              paramLabel = "FORMAT",
              defaultValue = "text",
              description = "text (default) or json.")
          String format) {
    boolean json = isJson("show", format);
    return with(
        JournalOpener.Access.READ,
        journal -> {
          Shown shown = new ApprovalDesk(journal).find(ApprovalFinder.id(journal, id));
          surroundings.out().print(json ? Json.line(json(shown)) + "\n" : text(shown));
          return 0;
        });
  }

  @Command(
      name = "approve",
      description = "Let the call run, once.",
      mixinStandardHelpOptions = true)
  int approve(
      @Parameters(arity = "1..*", paramLabel = "ID", description = ID) List<String> ids,
      @Option(
              names = "--edit",
              paramLabel = "JSON",
              description = "Run it with these arguments in the place of the model's.")
          @Nullable String edit,
      @Option(names = "--always", description = "And every later call of this tool in its run.")
          boolean always,
      @Option(
              names = "--mode",
              paramLabel = "MODE",
              description = "Of a plan: how it is carried out, ask or allow-edits (default).")
          @Nullable String mode) {
    if (mode != null) {
      return approvePlan(ids, mode, edit != null || always);
    }
    if (edit != null && (always || ids.size() > 1)) {
      throw new ParameterException(
          spec.subcommands().get("approve"),
          "--edit is for one call, so not with " + (always ? "--always" : "several ids"));
    }
    ApprovalDecision decision =
        edit != null
            ? new ApprovalDecision.Edited(edit)
            : always ? new ApprovalDecision.Remembered() : new ApprovalDecision.Approved();
    return decide(ids, decision);
  }

  private int approvePlan(List<String> ids, String mode, boolean otherwise) {
    Mode then =
        switch (mode) {
          case "ask" -> Mode.ASK;
          case "allow-edits" -> Mode.ALLOW_EDITS;
          default -> throw unfit("expected ask or allow-edits, got \"" + mode + "\"");
        };
    if (otherwise || ids.size() > 1) {
      throw unfit("--mode is for one plan, without --edit and --always");
    }
    ToolCall call =
        with(
            JournalOpener.Access.READ,
            journal ->
                new ApprovalDesk(journal)
                    .find(ApprovalFinder.id(journal, ids.getFirst()))
                    .request()
                    .call());
    if (!PresentPlan.isIn(call)) {
      throw unfit("--mode is for a plan; this is a call of " + Visible.of(call.name()));
    }
    return decide(ids, PresentPlan.approving(call, then));
  }

  private ParameterException unfit(String message) {
    return new ParameterException(spec.subcommands().get("approve"), message);
  }

  @Command(
      name = "deny",
      description = "Refuse the call; the model is told.",
      mixinStandardHelpOptions = true)
  int deny(
      @Parameters(arity = "1..*", paramLabel = "ID", description = ID) List<String> ids,
      @Option(
              names = "--reason",
              paramLabel = "TEXT",
              defaultValue = "the user refused this command",
              description = "Why, for the model.")
          String reason) {
    return decide(ids, new ApprovalDecision.Denied(reason));
  }

  @Command(
      name = "settle",
      description = "Say what became of a call whose outcome was lost.",
      mixinStandardHelpOptions = true)
  int settle(
      @Parameters(index = "0", paramLabel = "ID", description = ID) String id,
      @Parameters(
              index = "1",
              paramLabel = "WHAT",
              description = "happened, did-not-happen (it is run now) or unknown.")
          String what) {
    return decide(
        List.of(id),
        switch (what) {
          case "happened" -> new ApprovalDecision.Happened();
          case "did-not-happen" -> new ApprovalDecision.DidNotHappen();
          case "unknown" -> new ApprovalDecision.LeftUnknown();
          default ->
              throw new ParameterException(
                  spec.subcommands().get("settle"),
                  "expected happened, did-not-happen or unknown, got \"" + what + "\"");
        });
  }

  /** The ids are all found before anything is decided, so that a misspelt one leaves all open. */
  private int decide(List<String> ids, ApprovalDecision decision) {
    return with(
        JournalOpener.Access.WRITE,
        journal -> {
          var desk = new ApprovalDesk(journal);
          List<String> found =
              ids.stream()
                  .map(id -> desk.find(ApprovalFinder.id(journal, id)).request().id())
                  .distinct()
                  .toList();
          var runs = new LinkedHashSet<String>();
          for (String id : found) {
            Shown shown = desk.decide(id, decision, Decider.here());
            runs.add(ChildIds.root(shown.runId()));
            String words = Visible.answer(ApprovalDesk.words(decision));
            surroundings.out().println(id + " " + words + ": " + ToolLine.call(asDecided(shown)));
          }
          runs.forEach(run -> surroundings.err().println(goesOn(run)));
          return 0;
        });
  }

  /** What is to be done for the run to go on. */
  private String goesOn(String runId) {
    Optional<Backend> backend = surroundings.journals().backend();
    if (backend.isPresent()) {
      return "run " + runId + " goes on at " + backend.get().endpoint();
    }
    Resolved configuration =
        Cascade.resolve(
            ConfigInput.of(surroundings.env(), "stigmer approvals").clock(surroundings.clock()));
    return switch (configuration.engine()) {
      case EMBEDDED -> "unless somebody is running it: stigmer resume " + runId;
      case TEMPORAL -> HandedRun.woken(surroundings, configuration, runId);
    };
  }

  private <T> T with(JournalOpener.Access access, Function<Journal, T> work) {
    try (Journal journal = surroundings.journals().open(surroundings.database(), access)) {
      return work.apply(journal);
    }
  }

  private void note(String text) {
    surroundings.err().println("note: " + Visible.answer(text));
  }

  private boolean isJson(String command, String format) {
    return switch (format) {
      case "text" -> false;
      case "json" -> true;
      default ->
          throw new ParameterException(
              spec.subcommands().get(command), "expected text or json, got \"" + format + "\"");
    };
  }

  private static String row(Shown shown) {
    String ask = shown.request().question() == Question.DID_IT_HAPPEN ? "did it happen? " : "";
    return shown.request().id()
        + "  "
        + TIME.format(shown.since())
        + "  "
        + standing(shown)
        + "  "
        + ask
        + Visible.line(ToolLine.call(asDecided(shown)), CALL);
  }

  /** With the arguments that somebody put in the place of the model's. */
  private static ToolCall asDecided(Shown shown) {
    ToolCall call = shown.request().call();
    return shown.verdict().map(Verdict::decision).orElse(null)
            instanceof ApprovalDecision.Edited(String arguments)
        ? new ToolCall(call.id(), call.name(), arguments)
        : call;
  }

  private static String text(Shown shown) {
    return "approval   "
        + shown.request().id()
        + "\nasks       "
        + switch (shown.request().question()) {
          case MAY_IT_RUN -> "may this call run?";
          case DID_IT_HAPPEN -> "did this call take effect?";
        }
        + "\nwhy        "
        + Visible.answer(shown.request().why())
        + "\ntool       "
        + Visible.answer(shown.request().call().name())
        + "\narguments  "
        + Visible.answer(shown.request().call().arguments())
        + "\nholds for  "
        + Visible.answer(shown.request().scope())
        + "\nsince      "
        + TIME.format(shown.since())
        + " UTC\nstanding   "
        + standing(shown)
        + shown
            .verdict()
            .map(
                verdict ->
                    "\ndecided    "
                        + Visible.answer(ApprovalDesk.words(verdict.decision()))
                        + ", by "
                        + Visible.answer(verdict.by()))
            .orElse("")
        + "\n";
  }

  private static String standing(Shown shown) {
    return switch (shown.standing()) {
      case OPEN -> "waits";
      case DECIDED -> "decided";
      case RUN_ENDED -> "run ended";
      case CALL_GONE -> "gone";
      case RUN_FINISHED -> "run finished";
    };
  }

  private static ObjectNode json(Shown shown) {
    ObjectNode json = ApprovalJson.of(Json.object("approval"), shown.request());
    json.put("run", shown.runId());
    json.put("since", shown.since().toString());
    json.put("standing", shown.standing().name().toLowerCase(Locale.ROOT));
    shown
        .verdict()
        .ifPresentOrElse(
            verdict ->
                json.set(
                    "verdict",
                    ApprovalJson.of(json.objectNode(), verdict.decision()).put("by", verdict.by())),
            () -> json.putNull("verdict"));
    return json;
  }
}

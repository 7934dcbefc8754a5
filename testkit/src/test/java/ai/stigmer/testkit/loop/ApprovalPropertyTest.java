package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.Graphton;
import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.approval.Approver;
import ai.stigmer.graphton.approval.UnknownEffects;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.journal.InMemoryJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.ApprovalDesk;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.graphton.tool.ToolPolicy.Decision;
import ai.stigmer.testkit.EventLaws;
import ai.stigmer.testkit.loop.DyingJournal.Moment;
import ai.stigmer.testkit.loop.LoopFixture.Answers;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** However asking, deciding, dying and going on are mixed, nothing runs without its own word. */
class ApprovalPropertyTest {
  private static final int TURNS = 3;
  private static final String RUN = "r";

  /** What ran: the call and its arguments. */
  private record Ran(String callId, String arguments) {}

  private final Journal journal = new InMemoryJournal(InstantSource.system(), _ -> false);
  private final ApprovalDesk desk = new ApprovalDesk(journal);
  private final List<Ran> ran = new ArrayList<>();
  private final Map<String, Integer> allowed = new HashMap<>();
  private final Set<String> decided = new HashSet<>();
  private boolean begun;
  private boolean completed;

  /** Each number is one event: the upper digit says what happens, the lower one where or how. */
  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE)
  void nothingRunsUnapprovedOrTwiceOrWithOtherArguments(
      @ForAll @Size(min = 4, max = 24) List<@IntRange(max = 79) Integer> events,
      @ForAll UnknownEffects unknown) {
    for (int event : events) {
      int how = event % 10;
      switch (event / 10) {
        case 0, 1 -> decide(how, "a");
        case 2 -> {
          decide(how, "a");
          decide((how + 3) % 10, "b");
        }
        case 3 -> drive(unknown, Moment.BEFORE, how + 1, Approver.NOBODY);
        case 4 -> drive(unknown, Moment.AFTER, how + 1, Approver.NOBODY);
        case 5 -> drive(unknown, Moment.AFTER, how + 1, here(how));
        case 6 -> drive(unknown, Moment.AFTER, Integer.MAX_VALUE, here(how));
        default -> drive(unknown, Moment.AFTER, Integer.MAX_VALUE, Approver.NOBODY);
      }
      check();
    }
  }

  /** Every start of a body has a word of its own, for just this call and these arguments. */
  private void check() {
    Map<String, Integer> times = new HashMap<>();
    ran.forEach(one -> times.merge(one.callId() + " " + one.arguments(), 1, Integer::sum));
    times.forEach(
        (what, count) ->
            assertThat(count)
                .as("%s of %s; words %s", what, ran, allowed)
                .isLessThanOrEqualTo(allowed.getOrDefault(what, 0)));
    if (begun) {
      List<String> used = used();
      assertThat(used).doesNotHaveDuplicates();
    }
  }

  private List<String> used() {
    var used = new ArrayList<String>();
    for (Recorded recorded : journal.read(RUN)) {
      switch (recorded.entry()) {
        case JournalEntry.ToolIntent intent -> intent.approval().ifPresent(used::add);
        case JournalEntry.ToolOutcome outcome -> outcome.approval().ifPresent(used::add);
        default -> {}
      }
    }
    return used;
  }

  private void decide(int how, String by) {
    if (!begun) {
      return;
    }
    List<ApprovalDesk.Shown> all = desk.of(RUN);
    if (!all.isEmpty()) {
      ApprovalRequest request = all.get(how % all.size()).request();
      try {
        desk.decide(request.id(), decision(request, how), by);
        count(request, decision(request, how));
      } catch (ProblemException e) {
        assertThat(e.problem().code()).isIn("E412", "E413", "E414");
      }
    }
  }

  private static ApprovalDecision decision(ApprovalRequest request, int how) {
    return switch (request.question()) {
      case MAY_IT_RUN ->
          how < 4
              ? new ApprovalDecision.Approved()
              : how < 7
                  ? new ApprovalDecision.Edited("{\"n\":9" + how + "}")
                  : new ApprovalDecision.Denied("no");
      case DID_IT_HAPPEN ->
          how < 4
              ? new ApprovalDecision.DidNotHappen()
              : how < 7 ? new ApprovalDecision.Happened() : new ApprovalDecision.LeftUnknown();
    };
  }

  private void count(ApprovalRequest request, ApprovalDecision decision) {
    if (!decided.add(request.id())) {
      throw new AssertionError("decided twice: " + request.id());
    }
    switch (decision) {
      case ApprovalDecision.Approved _, ApprovalDecision.DidNotHappen _ ->
          allowed.merge(request.callId() + " " + request.call().arguments(), 1, Integer::sum);
      case ApprovalDecision.Edited edited ->
          allowed.merge(request.callId() + " " + edited.arguments(), 1, Integer::sum);
      default -> {}
    }
  }

  /** Decides at once for some numbers, and never for others. */
  private Approver here(int how) {
    return new Approver() {
      @Override
      public Approver.Answer ask(ApprovalRequest request, CancelToken until) {
        if (how % 3 == 0) {
          return new Approver.Answer.Later();
        }
        ApprovalDecision decision = decision(request, how);
        count(request, decision);
        return new Approver.Answer.Now(decision);
      }

      @Override
      public String name() {
        return "here";
      }
    };
  }

  private void drive(UnknownEffects unknown, Moment moment, int append, Approver approver) {
    if (completed) {
      return;
    }
    var laws = new EventLaws();
    Journal dying = DyingJournal.at(journal, moment, append);
    Graphton graphton =
        Graphton.with(new Answers(answers(), new ArrayList<>()))
            .journal(dying)
            .listener(laws)
            .policy((_, _) -> new Decision.Ask("always"))
            .approver(approver)
            .unknownEffects(unknown);
    try {
      RunEnd end = (begun ? graphton.resume(agent(), RUN) : graphton.run(agent(), "go", RUN)).end();
      laws.assertLaws();
      begun = true;
      completed = end instanceof RunEnd.Completed;
    } catch (DyingJournal.Died e) {
      begun = begun || hasStarted();
    }
  }

  private boolean hasStarted() {
    return !journal.list(1).isEmpty() && !journal.read(RUN).isEmpty();
  }

  private static List<LoopFixture.Answer> answers() {
    var answers = new ArrayList<LoopFixture.Answer>();
    for (int turn = 0; turn < TURNS; turn++) {
      var calls =
          List.<Block>of(
              new Block.Call(new ToolCall("c" + turn + "-0", "work", "{\"n\":1}")),
              new Block.Call(new ToolCall("c" + turn + "-1", "work", "{\"n\":2}")));
      answers.add(_ -> LoopFixture.turn(calls, StopReason.TOOL_USE));
    }
    answers.add(LoopFixture.says("the end"));
    return answers;
  }

  private Agent agent() {
    return Agent.named("a")
        .tools(
            Tool.named("work")
                .describedAs("Works.")
                .integer("n", "which")
                .calling(
                    (ToolArguments arguments, ToolContext context) -> {
                      ran.add(
                          new Ran(
                              context.callId(),
                              "{\"n\":" + arguments.optionalInt("n").orElse(0) + "}"));
                      return ToolResult.ok("done");
                    }))
        .build();
  }
}

package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.ollama.Answer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A run in mode plan, from its plan to its work. */
class PlanRunTest extends RunOnALaptop {
  private static final Answer PLANS =
      Answer.call("present_plan", "{\"plan\":\"1. Write new.txt\\n2. Look at it\"}");
  private static final Answer WRITES_MORE =
      Answer.call("write_file", "{\"file_path\":\"more.txt\",\"content\":\"x\"}");

  @BeforeEach
  void planning() {
    shell.export("STIGMER_PERMISSION_MODE", "plan");
  }

  @Test
  void withoutATerminalThePlanIsPrintedAndNothingIsChanged() {
    String told = run(7, List.of(), PLANS, WRITES, DONE);

    assertThat(shell.err()).contains("the agent's plan:", "  1. Write new.txt\n  2. Look at it");
    assertThat(told).contains("nobody can be asked", "mode plan: new.txt");
    assertThat(workspace).isEmptyDirectory();
  }

  @Test
  void anApprovedPlanIsCarriedOutAndCommandsAreStillAskedFor() {
    run(7, List.of("--when-absent", "wait"), WRITES, PLANS, WRITES, command("touch made"), DONE);
    assertThat(shell.err()).contains("E410", "may present_plan run?");
    assertThat(workspace).isEmptyDirectory();
    assertThat(shell.stigmer("approvals", "approve", "last")).as(shell.err()).isZero();

    String told = resume(7);

    assertThat(told).contains("mode plan: new.txt", "approved the plan: carry it out now");
    assertThat(workspace.resolve("new.txt")).exists();
    assertThat(shell.err()).contains("E410", "may execute run?", "mode allow-edits");
  }

  @Test
  void aPlanThatIsApprovedForModeAskHasEachChangeAskedFor() {
    run(7, List.of("--when-absent", "wait"), PLANS, WRITES, WRITES_MORE, DONE);
    assertThat(shell.stigmer("approvals", "approve", "last", "--mode", "ask")).isZero();

    resume(7);

    assertThat(shell.err()).contains("E410", "may write_file run?", "mode ask");
    assertThat(shell.stigmer("approvals", "approve", "last")).isZero();
    resume(7);
    assertThat(workspace.resolve("new.txt")).exists();
    assertThat(workspace.resolve("more.txt")).doesNotExist();
    assertThat(shell.err()).contains("E410", "may write_file run?", "mode ask");
  }

  @Test
  void aPlanThatIsDeniedWithAReasonIsMadeAnewInModePlan() {
    run(7, List.of("--when-absent", "wait"), PLANS, WRITES, PLANS, WRITES, DONE);
    assertThat(shell.stigmer("approvals", "deny", "last", "--reason", "smaller steps")).isZero();

    String told = resume(7);

    assertThat(told).contains("smaller steps", "mode plan: new.txt");
    assertThat(shell.err()).contains("E410", "may present_plan run?");
    assertThat(workspace).isEmptyDirectory();
    assertThat(shell.stigmer("approvals", "approve", "last")).isZero();
    resume(0);
    assertThat(workspace.resolve("new.txt")).exists();
  }

  @Test
  void whatARuleDeniesStaysDeniedWhenThePlanIsApproved() {
    run(7, List.of("--when-absent", "wait", "--deny", "edit(new.txt)"), PLANS, WRITES, DONE);
    assertThat(shell.stigmer("approvals", "approve", "last")).isZero();

    assertThat(resume(0)).contains("rule deny edit(new.txt)");
    assertThat(workspace).isEmptyDirectory();
  }

  @Test
  void aSecondPlanIsRefusedAndAModeThatIsNoneApprovesNothing() {
    run(7, List.of("--when-absent", "wait"), PLANS, WRITES, PLANS, PLANS, DONE);
    assertThat(
            shell.stigmer(
                "approvals", "approve", "last", "--edit", "{\"plan\":\"p\",\"mode\":\"deny\"}"))
        .isZero();
    assertThat(resume(7)).contains("nothing was approved", "mode plan: new.txt");
    assertThat(shell.stigmer("approvals", "approve", "last")).isZero();

    assertThat(resume(0)).contains("has approved a plan before");
  }

  @Test
  void theModeOfAnApprovalIsForPlansOnly() {
    run(7, List.of("--when-absent", "wait", "--permission-mode", "ask"), WRITES, DONE);

    assertThat(shell.stigmer("approvals", "approve", "last", "--mode", "ask")).isEqualTo(2);
    assertThat(shell.err()).contains("--mode is for a plan");
    assertThat(shell.stigmer("approvals", "approve", "last", "--mode", "deny")).isEqualTo(2);
    assertThat(shell.err()).contains("expected ask or allow-edits");
  }

  @Test
  void inOtherModesThereIsNoPlanToPresent() {
    String told = run(0, List.of("--permission-mode", "allow-edits"), PLANS, DONE);

    assertThat(told).contains("There is no tool");
  }

  /** Goes on at the same server, and waits where it has to. */
  private String resume(int status) {
    return resume(status, "--when-absent", "wait");
  }
}

package ai.stigmer.temporal;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agent.v1.SubAgent;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.agentic.agentexecution.v1.MessageType;
import ai.stigmer.agentic.skill.v1.Skill;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.Scenario;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.temporal.client.WorkflowStub;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker in place of the original runner: what the Stigmer server and its workflows see of it.
 */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class OriginalRunnerTest {
  private final Server temporal = Server.inMemory();
  private OriginalSite site;

  @BeforeEach
  void open(@TempDir Path folder) {
    site = new OriginalSite(temporal, folder);
  }

  @AfterEach
  void close() {
    site.close();
  }

  @AfterAll
  void stop() {
    temporal.close();
  }

  private FakeOllama ollama(Scenario scenario) {
    FakeOllama ollama = FakeOllama.start(scenario);
    site.with("OLLAMA_BASE_URL", ollama.baseUrl());
    return ollama;
  }

  @Test
  void anExecutionIsRunToItsEndAndTheServerIsToldOnTheWay() {
    try (FakeOllama ollama =
        ollama(
            Scenario.of(
                Answer.call("write_file", "{\"file_path\":\"a.txt\",\"content\":\"x\"}"),
                Answer.text("done")))) {
      var _ = site.worker();

      AgentExecutionStatus status = site.run(OriginalSite.execution("aex_1", "write a file"));

      assertThat(status.getPhase())
          .as(status.getError())
          .isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
      assertThat(status.getMessagesList())
          .extracting(message -> message.getType() + " " + message.getContent())
          .startsWith("MESSAGE_HUMAN write a file")
          .endsWith("MESSAGE_AI done");
      assertThat(status.getToolCalls(0).getName()).isEqualTo("write_file");
      assertThat(site.workspace("thread-ses_1").resolve("a.txt")).hasContent("x");
      assertThat(site.lastUpdate("aex_1")).contains(status);
      assertThat(site.backend().methods())
          .containsSubsequence("get", "get", "get", "listBySession", "updateStatus");
      assertThat(ollama.chats()).hasSize(2);
    }
  }

  @Test
  void twoExecutionsOfASessionShareOneMemory() {
    try (FakeOllama ollama = ollama(Scenario.of(Answer.text("Hello, Ada."), Answer.text("Ada.")))) {
      var _ = site.worker();
      var _ = site.run(OriginalSite.execution("aex_1", "I am Ada"));

      AgentExecutionStatus second = site.run(OriginalSite.execution("aex_2", "who am I?"));

      assertThat(ollama.chats().getLast().text()).contains("I am Ada", "Hello, Ada.", "who am I?");
      assertThat(second.getMessagesList())
          .extracting(message -> message.getContent())
          .containsExactly("who am I?", "Ada.");
    }
  }

  @Test
  void skillsOfAgentsAndSubAgentsAreUnpackedUnderTheirHashAndStandInTheirPrompts() {
    String own = "a".repeat(64);
    String childs = "b".repeat(64);
    site.backend().skill("knots", skill("Tie a bowline.", own), ByteString.EMPTY);
    site.backend().skill("maps", skill("Turn it north.", childs), ByteString.EMPTY);
    site.backend()
        .agent(
            spec ->
                spec.addSkillRefs(FakeBackend.named("knots"))
                    .addSubAgents(
                        SubAgent.newBuilder()
                            .setName("scout")
                            .setInstructions("Look around, and tell.")
                            .addSkillRefs(FakeBackend.named("maps"))));
    try (FakeOllama ollama =
        ollama(
            Scenario.of(
                Answer.call("task", "{\"description\":\"look\",\"subagent_type\":\"scout\"}"),
                Answer.text("nothing here"),
                Answer.text("done")))) {
      var _ = site.worker();

      AgentExecutionStatus status = site.run(OriginalSite.execution("aex_1", "go"));

      assertThat(status.getPhase())
          .as(status.getError())
          .isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
      Path skills = site.workspace("thread-ses_1").resolve("bin/skills");
      assertThat(skills.resolve(own).resolve("SKILL.md")).hasContent("Tie a bowline.");
      assertThat(skills.resolve(childs).resolve("SKILL.md")).hasContent("Turn it north.");
      assertThat(ollama.chats().get(0).text())
          .contains("Tie a bowline.", "bin/skills/" + own)
          .doesNotContain("Turn it north.");
      assertThat(ollama.chats().get(1).text())
          .contains("Turn it north.", "bin/skills/" + childs)
          .doesNotContain("Tie a bowline.");
    }
  }

  @Test
  void aSkillWhoseHashIsAPathIsRefused() {
    site.backend().skill("knots", skill("Tie a bowline.", "../../x"), ByteString.EMPTY);
    site.backend().agent(spec -> spec.addSkillRefs(FakeBackend.named("knots")));
    var _ = site.worker();

    AgentExecutionStatus status = site.run(OriginalSite.execution("aex_1", "go"));

    assertThat(status.getPhase()).isEqualTo(ExecutionPhase.EXECUTION_FAILED);
    assertThat(status.getError()).contains("E561", "\"knots\"");
  }

  private static Skill skill(String text, String hash) {
    Skill.Builder skill = Skill.newBuilder();
    skill.getSpecBuilder().setSkillMd(text);
    skill.getStatusBuilder().setVersionHash(hash);
    return skill.build();
  }

  @Test
  void aFailureIsAStatusWithAReasonAndNeverAnException() {
    var _ = site.worker();
    AgentExecution execution = OriginalSite.execution("aex_1", "hi").toBuilder().build();
    AgentExecution lost =
        execution.toBuilder()
            .setSpec(execution.getSpec().toBuilder().setSessionId("ses_none"))
            .build();

    AgentExecutionStatus status = site.run(lost);

    assertThat(status.getPhase()).isEqualTo(ExecutionPhase.EXECUTION_FAILED);
    assertThat(status.getError())
        .contains("E596", "session ses_none", "NOT_FOUND", "start the execution again");
    assertThat(status.getCompletedAt()).isNotEmpty();
    assertThat(site.lastUpdate("aex_1")).contains(status);
  }

  @Test
  void whatIsSecretHereStandsInNoStatusEvenOfAFailure() {
    site.with("TRACKER_TOKEN", "tok-canary-0123456789");
    var _ = site.worker();
    AgentExecution.Builder execution = OriginalSite.execution("aex_1", "hi").toBuilder();
    execution.getSpecBuilder().setSessionId("tok-canary-0123456789");

    AgentExecutionStatus status = site.run(execution.build());

    assertThat(status.getError()).contains("session [redacted]");
    assertThat(site.backend().updates("aex_1").toString()).doesNotContain("tok-canary");
  }

  @Test
  void aWrongKeyIsToldWithoutTheKey() {
    site.with("STIGMER_API_KEY", "wrong-key-0123456789");
    var _ = site.worker();

    AgentExecutionStatus status = site.run(OriginalSite.execution("aex_1", "hi"));

    assertThat(status.getPhase()).isEqualTo(ExecutionPhase.EXECUTION_FAILED);
    assertThat(status.getError()).contains("E596", "UNAUTHENTICATED", "STIGMER_API_KEY");
    assertThat(status.toString() + site.log()).doesNotContain("wrong-key-0123456789");
  }

  @Test
  void theLastStatusArrivesWhenTheServerIsBack() {
    var asked = new CountDownLatch(1);
    try (FakeOllama _ =
        ollama(
            Scenario.answering(
                body -> {
                  site.backend().fail(Status.UNAVAILABLE);
                  asked.countDown();
                  return Answer.text("done");
                }))) {
      var _ = site.worker();
      WorkflowStub workflow = site.invoke(OriginalSite.execution("aex_1", "hi"));
      asked.await();
      Site.await(
          "the end of the run",
          () ->
              site.log().stream().anyMatch(line -> line.contains("told again"))
                  ? java.util.Optional.of(true)
                  : java.util.Optional.empty());

      site.backend().recover();

      AgentExecutionStatus status = OriginalSite.result(workflow);
      assertThat(status.getPhase()).isEqualTo(ExecutionPhase.EXECUTION_COMPLETED);
      assertThat(site.lastUpdate("aex_1")).contains(status);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aCancelledExecutionEndsAsCancelled() throws Exception {
    var asked = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    try (FakeOllama ollama =
        FakeOllama.start(
            Scenario.answering(
                body -> {
                  asked.countDown();
                  try {
                    released.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return Answer.text("too late");
                }))) {
      site.with("OLLAMA_BASE_URL", ollama.baseUrl());
      var _ = site.worker();
      WorkflowStub workflow = site.invoke(OriginalSite.execution("aex_1", "hi"));
      asked.await();

      workflow.cancel();

      AgentExecutionStatus last =
          Site.await(
              "the end",
              () ->
                  site.lastUpdate("aex_1")
                      .filter(s -> s.getPhase() == ExecutionPhase.EXECUTION_CANCELLED));
      released.countDown();
      assertThat(last.getMessagesList())
          .extracting(message -> message.getType())
          .containsExactly(MessageType.MESSAGE_HUMAN);
      assertThat(List.of(last.getError())).containsExactly("");
    }
  }
}

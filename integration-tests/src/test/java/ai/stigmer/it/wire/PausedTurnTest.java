package ai.stigmer.it.wire;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.it.wire.WireFormat.Server;
import ai.stigmer.testkit.anthropic.Answer;
import ai.stigmer.testkit.anthropic.FakeAnthropic;
import ai.stigmer.testkit.anthropic.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** Turns that end for a reason which is no end. */
class PausedTurnTest {

  @Test
  void aPausedTurnGoesOnWithWhatItHasSaidAlsoInAnotherProcess() {
    Answer first =
        Answer.empty().andThinking("Long work.").andText("Part one. ").stop("pause_turn");
    try (Server server = serving(first, Answer.text("Part two."));
        WireRun run = new WireRun()) {

      RunEnd stopped = run.drive(1, server.open());
      RunEnd end = run.drive(2, server.open());

      assertThat(stopped).isInstanceOf(RunEnd.Stopped.class);
      assertThat(end).isEqualTo(new RunEnd.Completed("Part one. Part two."));
      JsonNode messages = server.asked().getLast().body().path("messages");
      assertThat(messages).hasSize(2);
      assertThat(messages.path(1).path("role").asText()).isEqualTo("assistant");
      assertThat(messages.path(1).at("/content/0/signature").asText()).isNotEmpty();
      assertThat(messages.path(1).at("/content/1/text").asText()).isEqualTo("Part one. ");
      assertThat(run.events).noneMatch(AgentEvent.Notice.class::isInstance);
    }
  }

  @Test
  void aPausedTurnIsKeptWhenWhatFollowsItFails() {
    Answer pause = Answer.text("Part one. ").stop("pause_turn");
    try (Server server = serving(pause, Answer.error(400, "no"), Answer.text("Part two."));
        WireRun run = new WireRun()) {

      RunEnd failed = run.drive(9, server.open());
      RunEnd end = run.drive(9, server.open());

      assertThat(failed).isInstanceOf(RunEnd.Failed.class);
      assertThat(end).isEqualTo(new RunEnd.Completed("Part one. Part two."));
    }
  }

  @Test
  void aModelThatPausesForeverMeetsTheLimitOfTurns() {
    Answer pause = Answer.text("More.").stop("pause_turn");
    try (Server server = serving(pause, pause, pause);
        WireRun run = new WireRun()) {

      assertThat(run.drive(3, server.open())).isInstanceOf(RunEnd.Stopped.class);
      assertThat(server.asked()).hasSize(3);
    }
  }

  @Test
  void anUnknownReasonIsSaidToTheUser() {
    try (Server server = serving(Answer.text("Half of").stop("tired"));
        WireRun run = new WireRun()) {

      RunEnd end = run.drive(3, server.open());

      assertThat(end).isEqualTo(new RunEnd.Completed("Half of"));
      assertThat(run.events)
          .contains(
              new AgentEvent.Notice(
                  "W214", "claude-opus-5-5 stopped for a reason that is not known here: tired"));
    }
  }

  private static Server serving(Answer... answers) {
    FakeAnthropic fake = FakeAnthropic.start(Scenario.of(answers));
    return new Server(WireFormat.ANTHROPIC, fake.baseUrl(), fake::messages, fake);
  }
}

package ai.stigmer.graphton.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.approval.ApprovalDecision;
import ai.stigmer.graphton.approval.ApprovalRequest;
import ai.stigmer.graphton.approval.Question;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.event.AgentEvent.Beginning;
import ai.stigmer.graphton.event.AgentEvent.TurnEnd;
import ai.stigmer.graphton.event.RunEnd;
import ai.stigmer.graphton.event.RunResult;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.TurnUsage;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EventCodecTest {
  private static final Problem PROBLEM =
      Problem.of("E201", Problem.Category.PROVIDER, "it \"broke\"\n\uD800")
          .from("there", "and there")
          .help("mend it");
  private static final ModelFailure FAILURE =
      new ModelFailure(
          "anthropic",
          529,
          ModelFailure.Kind.OVERLOADED,
          Optional.of("req_1"),
          Optional.of(Duration.ofMillis(1_500)),
          PROBLEM,
          new Usage(1, 2, 3, 4, 5));
  private static final ToolCall CALL = new ToolCall("c1", "execute", "{\"command\":\"ls\"}");
  private static final ApprovalRequest REQUEST =
      new ApprovalRequest("run.1", Question.MAY_IT_RUN, "1/c1", CALL, "once", "the mode asks");
  private static final ModelTurn TURN =
      new ModelTurn(
          "openai",
          "gpt",
          "{\"raw\":true}",
          List.of(new Block.Thinking("hm"), new Block.Text("so"), new Block.Call(CALL)),
          Usage.of(10, 20),
          StopReason.TOOL_USE);

  static Stream<AgentEvent> events() {
    Stream<AgentEvent> plain =
        Stream.of(
            new AgentEvent.RunStarted("r", 1, Beginning.NEW),
            new AgentEvent.RunStarted("r", 9, Beginning.RESUMED),
            new AgentEvent.TurnStarted(3),
            new AgentEvent.TextDelta(3, "ü\uDC00"),
            new AgentEvent.ThinkingDelta(3, ""),
            new AgentEvent.Retrying(
                3, 1, 4, Duration.ofMillis(250), Duration.ofMinutes(5), "why", FAILURE, 7),
            new AgentEvent.ModelSwitched(3, "a/b", "c/d", "why", 8, 9),
            new AgentEvent.TurnFinished(3, new TurnEnd.Answered(TURN, 12)),
            new AgentEvent.TurnFinished(3, new TurnEnd.Failed(FAILURE)),
            new AgentEvent.TurnFinished(3, new TurnEnd.Cancelled()),
            new AgentEvent.Compacted(4, 5, 6, 7, 8),
            new AgentEvent.ToolStarted(CALL),
            new AgentEvent.ApprovalRequested(REQUEST, 13),
            new AgentEvent.Notice("W222", "text"));
    Stream<AgentEvent> results =
        Stream.of(ToolResult.Status.values())
            .map(status -> new AgentEvent.ToolFinished(CALL, new ToolResult(status, "out"), 14));
    Stream<AgentEvent> decisions =
        Stream.of(
                new ApprovalDecision.Approved(),
                new ApprovalDecision.Edited("{}"),
                new ApprovalDecision.Remembered(),
                new ApprovalDecision.Denied("no"),
                new ApprovalDecision.Happened(),
                new ApprovalDecision.DidNotHappen(),
                new ApprovalDecision.LeftUnknown())
            .map(decision -> new AgentEvent.ApprovalDecided(REQUEST, decision, "me", 15));
    Stream<AgentEvent> ends =
        Stream.of(
                new RunEnd.Completed("done"),
                new RunEnd.Stopped(RunEnd.Limit.COST, "part", PROBLEM),
                new RunEnd.Failed(PROBLEM, ""),
                new RunEnd.Waiting("run.1", "part", PROBLEM),
                new RunEnd.Yielded("part"),
                new RunEnd.Cancelled("part"))
            .map(
                end ->
                    new AgentEvent.RunFinished(
                        new RunResult(
                            "r",
                            end,
                            5,
                            Usage.of(1, 2),
                            List.of(new TurnUsage("p", "m", new Usage(1, 2, 3, 4, 5))))));
    return Stream.of(plain, results, decisions, ends).flatMap(one -> one);
  }

  @ParameterizedTest
  @MethodSource("events")
  void whatIsWrittenIsReadAsTheSame(AgentEvent event) {
    assertThat(EventCodec.decode(EventCodec.encode(event))).isEqualTo(event);
    var child = new AgentEvent.Child("c1", "r-1", "helper", event);
    assertThat(EventCodec.decode(EventCodec.encode(child))).isEqualTo(child);
    assertThat(EventCodec.encode(event).chars()).allMatch(c -> c >= 0x20 && c <= 0x7f);
  }

  @Test
  void everyKindOfEventIsAmongThem() {
    assertThat(events().map(Object::getClass).distinct())
        .hasSize(AgentEvent.class.getPermittedSubclasses().length - 1);
  }

  @Test
  void aProblemIsWrittenAndReadAsTheSame() {
    assertThat(EventCodec.decodeProblem(EventCodec.encode(PROBLEM))).isEqualTo(PROBLEM);
  }

  @Test
  void whatIsNoEventIsRefused() {
    assertThatThrownBy(() -> EventCodec.decode("{\"type\":\"dance\"}"))
        .hasMessageContaining("E507");
    assertThatThrownBy(() -> EventCodec.decode("{\"type\":\"text\"}")).hasMessageContaining("E503");
    assertThatThrownBy(() -> EventCodec.decode("{")).hasMessageContaining("E503");
  }
}

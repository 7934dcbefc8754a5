package ai.stigmer.testkit.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.testkit.crash.EveryCrashPoint;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A run that is summarised, and once has a result kept whole, is killed at every point. */
class CompactionCrashTest {

  @Test
  void aRunThatIsKilledAnywhereUsesTheSummaryThatIsRecordedAndMakesNoOther() {
    EveryCrashPoint.Report report = EveryCrashPoint.check(Trial::new);

    assertThat(report.points().keySet())
        .contains(
            "compaction.before-append",
            "compaction.after-append",
            "kept-result.before-append",
            "kept-result.after-append");
    assertThat(report.points().get("compaction.after-append")).isGreaterThan(1);
  }

  private static final class Trial implements EveryCrashPoint.Trial {
    private final List<String> ordered = new ArrayList<>();

    @Override
    public Agent agent() {
      return Agent.named("shop")
          .tools(
              Tool.named("order")
                  .describedAs("Orders.")
                  .string("what", "the thing")
                  .calling(
                      call -> {
                        ordered.add(call.string("what"));
                        int length = call.string("what").equals("3") ? 5_000 : 1_500;
                        return "ordered ".repeat(length / 8);
                      }))
          .build();
    }

    @Override
    public ChatModel model() {
      return new WindowedModel(
          3_000, 4, 14, turn -> new ToolCall("c" + turn, "order", "{\"what\":\"" + turn + "\"}"));
    }

    @Override
    public String message() {
      return "order all";
    }

    @Override
    public Object world() {
      return ordered;
    }
  }
}

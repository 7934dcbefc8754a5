package ai.stigmer.testkit.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.models.scripted.Scenario;
import ai.stigmer.models.scripted.Scenario.Turn;
import ai.stigmer.models.scripted.ScriptedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EveryCrashPointTest {

  @Test
  void anAgentOfSomebodyElseIsKilledAtEveryPointByName() {
    EveryCrashPoint.Report report = EveryCrashPoint.check(() -> new Orders(EffectClass.UNSAFE));

    assertThat(report.points().keySet())
        .containsExactlyInAnyOrder(
            "start.before-append",
            "start.after-append",
            "model.before-call",
            "model.after-answer",
            "turn.before-append",
            "turn.after-append",
            "intent.before-append",
            "intent.after-append",
            "tool.before-effect",
            "tool.after-effect",
            "outcome.before-append",
            "outcome.after-append",
            "end.before-append",
            "end.after-append");
    assertThat(report.deaths()).isGreaterThan(20);
    // Between the intent and the outcome of the one unsafe call lie four points.
    assertThat(report.unknown()).isEqualTo(4);
  }

  @Test
  void aToolThatClaimsToBeIdempotentAndIsNotIsFoundOut() {
    assertThatThrownBy(() -> EveryCrashPoint.check(() -> new Orders(EffectClass.IDEMPOTENT)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the world is [two chairs, two chairs]");
  }

  @Test
  void aModelThatSaysSomethingElseEachTimeIsFoundOut() {
    var asked = new AtomicInteger();
    assertThatThrownBy(
            () ->
                EveryCrashPoint.check(
                    () ->
                        new Orders(EffectClass.UNSAFE) {
                          @Override
                          public ChatModel model() {
                            return ScriptedModel.of(
                                Scenario.of(Turn.says("answer " + asked.incrementAndGet())));
                          }
                        }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("it ends with");
  }

  /** An agent that looks at the stock and orders. */
  private static class Orders implements EveryCrashPoint.Trial {
    private final List<String> orders = new ArrayList<>();
    private final EffectClass effect;

    Orders(EffectClass effect) {
      this.effect = effect;
    }

    @Override
    public Agent agent() {
      var order = Tool.named("order").describedAs("Orders.").string("what", "the thing");
      return Agent.named("shop")
          .tools(
              Tool.named("stock").readOnly().calling(call -> "no chairs"),
              (effect == EffectClass.IDEMPOTENT ? order.idempotent() : order)
                  .calling(
                      call -> {
                        orders.add(call.string("what"));
                        return "ordered";
                      }))
          .build();
    }

    @Override
    public ChatModel model() {
      return ScriptedModel.of(
          Scenario.of(
              Turn.calls("stock", "{}"),
              Turn.calls("order", "{\"what\":\"two chairs\"}"),
              Turn.says("Ordered.")));
    }

    @Override
    public String message() {
      return "buy two chairs";
    }

    @Override
    public Object world() {
      return orders;
    }
  }
}

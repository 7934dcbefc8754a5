package ai.stigmer.testkit.model;

import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.models.scripted.Scenario;
import ai.stigmer.models.scripted.Scenario.ScriptedCall;
import ai.stigmer.models.scripted.Scenario.Turn;
import ai.stigmer.models.scripted.ScriptedModel;
import java.time.Duration;
import java.util.List;

class ScriptedContractTest extends ChatModelContract {

  @Override
  protected String provider() {
    return "scripted";
  }

  @Override
  protected Stage working() {
    Turn first =
        new Turn(
            List.of(),
            "I look.",
            "Let me look.",
            List.of(
                new ScriptedCall("ls", "{\"path\":\"a\"}"),
                new ScriptedCall("ls", "{\"path\":\"b\"}")),
            Duration.ZERO);
    return new Played(ScriptedModel.of(Scenario.of(first, Turn.says("Two folders."))));
  }

  @Override
  protected Stage talking() {
    return new Played(ScriptedModel.of(Scenario.of(Turn.says("Hello there."))));
  }

  private record Played(ChatModel model) implements Stage {
    @Override
    public void close() {
      model.close();
    }
  }
}

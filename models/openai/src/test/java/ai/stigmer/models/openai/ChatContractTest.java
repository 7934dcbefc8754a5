package ai.stigmer.models.openai;

import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.FakeServer;
import ai.stigmer.testkit.openai.Scenario;
import com.fasterxml.jackson.databind.JsonNode;

class ChatContractTest extends OpenAiContract {
  ChatContractTest() {
    super(420);
  }

  @Override
  protected FakeServer started(Scenario scenario) {
    return FakeChatCompletions.start(scenario);
  }

  @Override
  protected boolean holdsResults(JsonNode request) {
    return request.path("messages").size() > 2;
  }

  @Override
  protected Asking.Wish wish(String url) {
    return Asking.Wish.chat(url);
  }
}

package ai.stigmer.models.openai;

import ai.stigmer.testkit.openai.FakeResponses;
import ai.stigmer.testkit.openai.FakeServer;
import ai.stigmer.testkit.openai.Scenario;
import com.fasterxml.jackson.databind.JsonNode;

class ResponsesContractTest extends OpenAiContract {
  ResponsesContractTest() {
    super(2000);
  }

  @Override
  protected FakeServer started(Scenario scenario) {
    return FakeResponses.start(scenario);
  }

  @Override
  protected boolean holdsResults(JsonNode request) {
    return request.path("input").size() > 1;
  }

  @Override
  protected Asking.Wish wish(String url) {
    return Asking.Wish.responses(url);
  }
}

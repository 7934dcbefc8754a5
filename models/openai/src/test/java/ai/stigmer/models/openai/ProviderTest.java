package ai.stigmer.models.openai;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.model.ModelProvider;
import ai.stigmer.testkit.openai.Answer;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the models of one provider share. */
@Timeout(60)
class ProviderTest {

  @Test
  void theProviderIsFoundByItsId() {
    assertThat(ServiceLoader.load(ModelProvider.class))
        .anySatisfy(provider -> assertThat(provider.id()).isEqualTo("openai"));
  }

  @Test
  void manyCallsAtOnceDoNotDisturbEachOther() throws Exception {
    // Given
    Scenario echo =
        Scenario.answering(body -> Answer.text(body.at("/messages/1/content").asText(), "!"));
    try (FakeChatCompletions server = FakeChatCompletions.start(echo);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Asking asking = new Asking(server);
      List<Callable<String>> calls = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String text = "message " + i;
        calls.add(
            () -> new Asking(asking.model).turn(Asking.request(new Message.User(text))).text());
      }

      // When
      var results = threads.invokeAll(calls);

      // Then
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).isEqualTo("message " + i + "!");
      }
    }
  }

  @Test
  void oneConnectionServesManyRequestsAndIsClosedWithTheProvider() throws Exception {
    // Given
    try (FakeChatCompletions server =
        FakeChatCompletions.start(Scenario.answering(body -> Answer.text("ok")))) {
      OpenAiProvider provider = new OpenAiProvider();
      Asking asking = new Asking(provider.open(Asking.Wish.chat(server.baseUrl()).settings()));

      // When
      for (int i = 0; i < 20; i++) {
        asking.turn(Asking.hello());
      }

      // Then
      assertThat(server.connections()).isEqualTo(1);
      provider.close();
      assertThat(server.awaitConnections(0)).isTrue();
    }
  }
}

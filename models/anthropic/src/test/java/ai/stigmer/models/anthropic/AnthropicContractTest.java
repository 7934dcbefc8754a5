package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.testkit.anthropic.Answer;
import ai.stigmer.testkit.anthropic.FakeAnthropic;
import ai.stigmer.testkit.anthropic.Scenario;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.model.RemoteModelContract;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;

class AnthropicContractTest extends RemoteModelContract {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final int WITHIN = 900;

  private final AtomicInteger next = new AtomicInteger();

  @Override
  protected String provider() {
    return "anthropic";
  }

  @Override
  protected Stage working() {
    return stage(Scenario.answering(this::work));
  }

  @Override
  protected Stage talking() {
    return stage(Scenario.answering(body -> Answer.text("Hello", " there.")));
  }

  private Answer work(JsonNode body) {
    if (body.path("messages").size() > 1) {
      return Answer.text("Two", " folders.");
    }
    int turn = next.incrementAndGet();
    return Answer.empty()
        .andThinking("Let me", " look.")
        .andText("I", " look.")
        .andToolUse("toolu_a" + turn, "ls", "{\"path\":", "\"a\"}")
        .andToolUse("toolu_b" + turn, "ls", "{\"path\":\"b\"}");
  }

  private Stage stage(Scenario scenario) {
    FakeAnthropic server = FakeAnthropic.start(scenario);
    ChatModel model = open(server.baseUrl());
    return new Stage() {
      @Override
      public ChatModel model() {
        return model;
      }

      @Override
      public void close() {
        server.close();
      }
    };
  }

  @Override
  protected Server serving(Conduct conduct) {
    Answer words = Answer.text("Hello", " there.");
    Answer answer =
        switch (conduct) {
          case STALLS -> words.with(new Fault.StallAt(WITHIN));
          case BREAKS -> words.with(new Fault.CutAt(WITHIN));
          case REFUSES_KEY -> Answer.error(401, "invalid x-api-key: " + KEY.reveal());
          case FAILS -> Answer.error(500, "it broke");
        };
    FakeAnthropic server = FakeAnthropic.start(Scenario.answering(body -> answer));
    return new Server() {
      @Override
      public String url() {
        return server.baseUrl();
      }

      @Override
      public boolean awaitAbandoned(Duration limit) throws InterruptedException {
        return server.awaitAbandoned(limit);
      }

      @Override
      public void close() {
        server.closeIgnoringViolations();
      }
    };
  }

  @Override
  protected ChatModel open(String url) {
    return new AnthropicProvider()
        .open(
            new ModelSettings(
                "anthropic",
                Asking.MODEL,
                Optional.of(url),
                Optional.of(KEY),
                OptionalInt.of(8192),
                OptionalDouble.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                LONG,
                LONG,
                LONG));
  }

  @Override
  protected String contentType() {
    return "text/event-stream";
  }

  @Override
  protected String frame() {
    return "data: ";
  }
}

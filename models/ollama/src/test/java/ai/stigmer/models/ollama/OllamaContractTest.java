package ai.stigmer.models.ollama;

import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.model.RemoteModelContract;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

class OllamaContractTest extends RemoteModelContract {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final int WITHIN = 140;

  @Override
  protected String provider() {
    return "ollama";
  }

  @Override
  protected Stage working() {
    return stage(Scenario.answering(OllamaContractTest::work));
  }

  @Override
  protected Stage talking() {
    return stage(Scenario.answering(body -> Answer.text("Hello", " there.")));
  }

  private static Answer work(JsonNode body) {
    if (body.path("messages").size() > 2) {
      return Answer.text("Two", " folders.");
    }
    return Answer.empty()
        .andThinking("Let me", " look.")
        .andText("I", " look.")
        .andCalls(
            Answer.Call.bare("ls", "{\"path\":\"a\"}"), Answer.Call.bare("ls", "{\"path\":\"b\"}"));
  }

  private Stage stage(Scenario scenario) {
    FakeOllama server = FakeOllama.start(scenario);
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
    FakeOllama server = FakeOllama.start(Scenario.answering(body -> answer));
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
    return new OllamaProvider()
        .open(
            new ModelSettings(
                "ollama",
                "qwen3.5",
                Optional.of(url),
                Optional.of(KEY),
                OptionalInt.of(8192),
                OptionalDouble.empty(),
                OptionalInt.of(16_384),
                Optional.empty(),
                Optional.empty(),
                LONG,
                LONG,
                LONG));
  }

  @Override
  protected String contentType() {
    return "application/x-ndjson";
  }

  @Override
  protected String frame() {
    return "";
  }
}

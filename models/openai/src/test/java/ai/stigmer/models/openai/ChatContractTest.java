package ai.stigmer.models.openai;

import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.model.RemoteModelContract;
import ai.stigmer.testkit.openai.Answer;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

class ChatContractTest extends RemoteModelContract {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final int WITHIN = 420;

  private final AtomicInteger next = new AtomicInteger();

  @Override
  protected String provider() {
    return "openai";
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
    if (body.path("messages").size() > 2) {
      return Answer.text("Two", " folders.");
    }
    int turn = next.incrementAndGet();
    return Answer.empty()
        .andThinking("Let me", " look.")
        .andText("I", " look.")
        .andCall("call_a" + turn, "ls", "{\"path\":\"a\"}")
        .andCall("call_b" + turn, "ls", "{\"path\":\"b\"}");
  }

  private Stage stage(Scenario scenario) {
    FakeChatCompletions server = FakeChatCompletions.start(scenario);
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
          case REFUSES_KEY ->
              Answer.refusal(401, "x", "invalid_api_key", "Incorrect API key: " + KEY.reveal());
          case FAILS -> Answer.refusal(500, "x", "server_error", "it broke");
        };
    FakeChatCompletions server = FakeChatCompletions.start(Scenario.answering(body -> answer));
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
    return new OpenAiProvider()
        .open(Asking.Wish.chat(url).key(KEY.reveal()).patience(LONG, LONG, LONG).settings());
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

package ai.stigmer.models.openai;

import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.model.RemoteModelContract;
import ai.stigmer.testkit.openai.Answer;
import ai.stigmer.testkit.openai.FakeServer;
import ai.stigmer.testkit.openai.Scenario;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** What OpenAI's model promises in either of its dialects. */
abstract class OpenAiContract extends RemoteModelContract {
  private static final Duration LONG = Duration.ofMinutes(10);

  private final AtomicInteger next = new AtomicInteger();
  private final int within;

  /**
   * @param within a byte of an answer at which a word was said and more are to come
   */
  OpenAiContract(int within) {
    this.within = within;
  }

  /** A server of this dialect. */
  protected abstract FakeServer started(Scenario scenario);

  /** Whether a request holds the results of tools. */
  protected abstract boolean holdsResults(JsonNode request);

  /** A model that speaks this dialect. */
  protected abstract Asking.Wish wish(String url);

  @Override
  protected final String provider() {
    return "openai";
  }

  @Override
  protected final Stage working() {
    return stage(Scenario.answering(this::work));
  }

  @Override
  protected final Stage talking() {
    return stage(Scenario.answering(body -> Answer.text("Hello", " there.")));
  }

  private Answer work(JsonNode body) {
    if (holdsResults(body)) {
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
    FakeServer server = started(scenario);
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
  protected final Server serving(Conduct conduct) {
    Answer words = Answer.text("Hello", " there.");
    Answer answer =
        switch (conduct) {
          case STALLS -> words.with(new Fault.StallAt(within));
          case BREAKS -> words.with(new Fault.CutAt(within));
          case REFUSES_KEY ->
              Answer.refusal(401, "x", "invalid_api_key", "Incorrect API key: " + KEY.reveal());
          case FAILS -> Answer.refusal(500, "x", "server_error", "it broke");
        };
    FakeServer server = started(Scenario.answering(body -> answer));
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
  protected final ChatModel open(String url) {
    return new OpenAiProvider()
        .open(wish(url).key(KEY.reveal()).patience(LONG, LONG, LONG).settings());
  }

  @Override
  protected final String contentType() {
    return "text/event-stream";
  }

  @Override
  protected final String frame() {
    return "data: ";
  }
}

package ai.stigmer.testkit.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * A fake of OpenAI's Chat Completions API, and of the many servers that are compatible with it.
 *
 * <p>It refuses with the real API's words: tool messages without a call and calls without an
 * answer, parameters that a model does not take, a wrong key and an unknown model. Beyond that it
 * notes as a violation what only we demand: {@code stream} and messages that begin with those of
 * the conversation's previous request.
 *
 * <p>Thread contract: thread-safe.
 */
public final class FakeChatCompletions extends FakeServer {
  private final ChatRules rules = new ChatRules();

  private FakeChatCompletions(Scenario scenario) {
    super(scenario, "/chat/completions");
  }

  /** Starts a server on a free port of 127.0.0.1. */
  public static FakeChatCompletions start(Scenario scenario) {
    FakeChatCompletions server = new FakeChatCompletions(scenario);
    server.begin();
    return server;
  }

  @Override
  Optional<Errors.Refusal> check(JsonNode body) {
    expect(body.path("stream").asBoolean(), "stream is not true");
    Optional<Errors.Refusal> refusal = rules.refusal(body);
    if (refusal.isEmpty()) {
      expect(
          rules.continues(body.path("messages")),
          "the messages do not begin with those of the previous request");
    }
    return refusal;
  }

  @Override
  List<byte[]> stream(JsonNode body, Answer answer) {
    boolean usage = body.path("stream_options").path("include_usage").asBoolean();
    return new ChatChunks(body.path("model").asText(), answer, usage, rules.nextNumber()).pieces();
  }
}

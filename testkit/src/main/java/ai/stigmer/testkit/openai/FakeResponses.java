package ai.stigmer.testkit.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * A fake of OpenAI's Responses API.
 *
 * <p>It refuses with the real API's words: outputs without a call and calls without an output,
 * items without the reasoning that came with them, reasoning that was changed or lost its encrypted
 * content, duplicate ids, unknown parameters, parameters that a model does not take, a wrong key
 * and an unknown model. Beyond that it notes as a violation what only we demand: {@code stream},
 * {@code store:false}, the encrypted reasoning, and an input that begins with that of the
 * conversation's previous request.
 *
 * <p>Thread contract: thread-safe.
 */
public final class FakeResponses extends FakeServer {
  private final ResponsesRules rules = new ResponsesRules();

  private FakeResponses(Scenario scenario) {
    super(scenario, "/responses");
  }

  /** Starts a server on a free port of 127.0.0.1. */
  public static FakeResponses start(Scenario scenario) {
    FakeResponses server = new FakeResponses(scenario);
    server.begin();
    return server;
  }

  @Override
  Optional<Errors.Refusal> check(JsonNode body) {
    expect(body.path("stream").asBoolean(), "stream is not true");
    expect(body.path("store").isBoolean() && !body.path("store").asBoolean(), "store is not false");
    expect(
        body.path("include").toString().contains("reasoning.encrypted_content")
            || !ModelRules.reasons(body.path("model").asText()),
        "include lacks reasoning.encrypted_content");
    Optional<Errors.Refusal> refusal = rules.refusal(body);
    if (refusal.isEmpty()) {
      expect(
          rules.continues(body.path("input")),
          "the input does not begin with that of the previous request");
    }
    return refusal;
  }

  @Override
  List<byte[]> stream(JsonNode body, Answer answer) {
    ResponsesStream stream =
        new ResponsesStream(body.path("model").asText(), answer, rules.nextNumber());
    List<byte[]> pieces = stream.pieces();
    rules.issued(stream.items());
    return pieces;
  }
}

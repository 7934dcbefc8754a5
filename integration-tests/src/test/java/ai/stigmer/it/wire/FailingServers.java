package ai.stigmer.it.wire;

import ai.stigmer.it.wire.WireFormat.Server;
import ai.stigmer.testkit.anthropic.FakeAnthropic;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.FakeResponses;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Servers of each wire format that fail, each in its own words. */
final class FailingServers {
  private FailingServers() {}

  /** Starts a server. */
  interface Case {
    Server start();
  }

  /** A server that refuses every request with this status. */
  static Server refusing(WireFormat format, int status, String words) {
    return switch (format) {
      case OLLAMA -> ollama(ai.stigmer.testkit.ollama.Answer.error(status, words));
      case ANTHROPIC -> anthropic(ai.stigmer.testkit.anthropic.Answer.error(status, words));
      case RESPONSES, CHAT ->
          openAi(
              format, ai.stigmer.testkit.openai.Answer.refusal(status, "error", "refused", words));
    };
  }

  /** What happens besides a plain status. */
  static Map<String, Case> cases(WireFormat format) {
    Map<String, Case> all = new LinkedHashMap<>();
    switch (format) {
      case OLLAMA -> {
        var text = ai.stigmer.testkit.ollama.Answer.text("Hello");
        refusal(all, format, "prompt too long", 400, "prompt is longer than the context length");
        refusal(all, format, "no tools", 400, "model does not support tools");
        all.put("stream broken", () -> ollama(text.with(new Fault.CutAt(60))));
        all.put("error within the stream", () -> ollama(text.andErrorLine("out of memory")));
      }
      case ANTHROPIC -> {
        var text = ai.stigmer.testkit.anthropic.Answer.text("Hello");
        var overloaded =
            new ai.stigmer.testkit.anthropic.Answer.Part.Failure(
                ai.stigmer.testkit.anthropic.ApiError.of(529, "Overloaded"));
        refusal(
            all, format, "prompt too long", 400, "prompt is too long: 201 tokens > 200 maximum");
        refusal(
            all, format, "usage limit", 400, "You have reached your specified API usage limits.");
        all.put("stream broken", () -> anthropic(text.with(new Fault.CutAt(900))));
        all.put("error within the stream", () -> anthropic(text.and(overloaded)));
      }
      case RESPONSES, CHAT -> {
        var text = ai.stigmer.testkit.openai.Answer.text("Hello");
        all.put(
            "prompt too long",
            () ->
                openAi(
                    format,
                    ai.stigmer.testkit.openai.Answer.refusal(
                        400, "error", "context_length_exceeded", "Your input is too long.")));
        all.put(
            "quota used up",
            () ->
                openAi(
                    format,
                    ai.stigmer.testkit.openai.Answer.refusal(
                        429, "error", "insufficient_quota", "You exceeded your quota.")));
        all.put("stream broken", () -> openAi(format, text.with(new Fault.CutAt(200))));
        all.put(
            "error within the stream",
            () -> openAi(format, text.failing("server_error", "The model failed")));
      }
    }
    return all;
  }

  private static void refusal(
      Map<String, Case> all, WireFormat format, String title, int status, String words) {
    all.put(title, () -> refusing(format, status, words));
  }

  /** Answers that are complete and no answer. */
  static Map<String, Case> turns(WireFormat format) {
    Map<String, Case> all = new LinkedHashMap<>();
    all.put("an empty turn", () -> format.saying(List.of(Said.of("", ""))));
    switch (format) {
      case ANTHROPIC ->
          all.put(
              "a refusal",
              () -> anthropic(ai.stigmer.testkit.anthropic.Answer.text("No.").stop("refusal")));
      case RESPONSES, CHAT ->
          all.put(
              "a refusal",
              () ->
                  openAi(
                      format,
                      ai.stigmer.testkit.openai.Answer.empty()
                          .and(new ai.stigmer.testkit.openai.Answer.Part.Refusal("No."))));
      case OLLAMA -> {
        // It has no word for a refusal.
      }
    }
    return all;
  }

  private static Server ollama(ai.stigmer.testkit.ollama.Answer answer) {
    FakeOllama fake =
        FakeOllama.start(ai.stigmer.testkit.ollama.Scenario.answering(body -> answer));
    return new Server(WireFormat.OLLAMA, fake.baseUrl(), fake::chats, fake);
  }

  private static Server anthropic(ai.stigmer.testkit.anthropic.Answer answer) {
    FakeAnthropic fake =
        FakeAnthropic.start(ai.stigmer.testkit.anthropic.Scenario.answering(body -> answer));
    return new Server(WireFormat.ANTHROPIC, fake.baseUrl(), fake::messages, fake);
  }

  private static Server openAi(WireFormat format, ai.stigmer.testkit.openai.Answer answer) {
    var scenario = ai.stigmer.testkit.openai.Scenario.answering(body -> answer);
    if (format == WireFormat.RESPONSES) {
      FakeResponses fake = FakeResponses.start(scenario);
      return new Server(format, fake.baseUrl(), fake::asked, fake::closeIgnoringViolations);
    }
    FakeChatCompletions fake = FakeChatCompletions.start(scenario);
    return new Server(format, fake.baseUrl(), fake::asked, fake::closeIgnoringViolations);
  }
}

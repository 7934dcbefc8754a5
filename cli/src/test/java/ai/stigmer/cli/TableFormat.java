package ai.stigmer.cli;

import ai.stigmer.testkit.anthropic.FakeAnthropic;
import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.FakeResponses;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The wire formats of {@link WireTableTest}, each with a fake server. */
enum TableFormat {
  OLLAMA("ollama", "", "qwen3.5:9b", "other:7b", 140),
  ANTHROPIC("anthropic", "", "claude-opus-5-5", "claude-fable-5-2", 900),
  RESPONSES("openai", "responses", "gpt-6.1-sol", "gpt-6.1-terra", 2000),
  CHAT("openai", "chat", "local-model", "gpt-4.1", 250);

  private static final int CONTEXT = 32_768;
  private static final int SERVER_ERROR = 500;

  final String provider;

  /** What {@code llm.api} must be for this format; empty where there is only one. */
  final String api;

  final String model;
  final String otherModel;

  /** An offset within the text of a short answer. */
  final int within;

  TableFormat(String provider, String api, String model, String otherModel, int within) {
    this.provider = provider;
    this.api = api;
    this.model = model;
    this.otherModel = otherModel;
    this.within = within;
  }

  /** A server with what it was asked, oldest first. */
  record Server(String url, Supplier<List<RecordedRequest>> requests, Runnable stop)
      implements AutoCloseable {
    List<RecordedRequest> asked() {
      return requests.get();
    }

    @Override
    public void close() {
      stop.run();
    }
  }

  Server answering() {
    return start(Optional.empty(), false);
  }

  Server suffering(Fault fault) {
    return start(Optional.of(fault), false);
  }

  Server failing() {
    return start(Optional.empty(), true);
  }

  private Server start(Optional<Fault> fault, boolean fails) {
    return switch (this) {
      case OLLAMA -> ollama(fault, fails);
      case ANTHROPIC -> anthropic(fault, fails);
      case RESPONSES -> {
        FakeResponses fake = FakeResponses.start(openAi(fault, fails));
        yield new Server(fake.baseUrl(), fake::asked, fake::close);
      }
      case CHAT -> {
        FakeChatCompletions fake = FakeChatCompletions.start(openAi(fault, fails));
        yield new Server(fake.baseUrl(), fake::asked, fake::close);
      }
    };
  }

  private static Server ollama(Optional<Fault> fault, boolean fails) {
    var said = ai.stigmer.testkit.ollama.Answer.text("fine", " and", " well");
    var answer =
        fails
            ? ai.stigmer.testkit.ollama.Answer.error(SERVER_ERROR, "it broke")
            : fault.map(said::with).orElse(said);
    List<String> can = List.of("completion", "tools", "thinking");
    FakeOllama fake =
        FakeOllama.start(
            ai.stigmer.testkit.ollama.Scenario.answering(body -> answer)
                .models(
                    new InstalledModel("qwen3.5:9b", CONTEXT, can),
                    new InstalledModel("other:7b", CONTEXT, can)));
    return new Server(fake.baseUrl(), fake::chats, fake::close);
  }

  private static Server anthropic(Optional<Fault> fault, boolean fails) {
    var said = ai.stigmer.testkit.anthropic.Answer.text("fine", " and", " well");
    var answer =
        fails
            ? ai.stigmer.testkit.anthropic.Answer.error(SERVER_ERROR, "it broke")
            : fault.map(said::with).orElse(said);
    FakeAnthropic fake =
        FakeAnthropic.start(ai.stigmer.testkit.anthropic.Scenario.answering(body -> answer));
    return new Server(fake.baseUrl(), fake::messages, fake::close);
  }

  private static ai.stigmer.testkit.openai.Scenario openAi(Optional<Fault> fault, boolean fails) {
    var said = ai.stigmer.testkit.openai.Answer.text("fine", " and", " well");
    var answer =
        fails
            ? ai.stigmer.testkit.openai.Answer.refusal(
                SERVER_ERROR, "server_error", "server_error", "it broke")
            : fault.map(said::with).orElse(said);
    return ai.stigmer.testkit.openai.Scenario.answering(body -> answer);
  }
}

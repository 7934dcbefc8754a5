package ai.stigmer.it.wire;

import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelProvider;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.graphton.model.ModelSettings.Dialect;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.models.anthropic.AnthropicProvider;
import ai.stigmer.models.ollama.OllamaProvider;
import ai.stigmer.models.openai.OpenAiProvider;
import ai.stigmer.testkit.anthropic.FakeAnthropic;
import ai.stigmer.testkit.http.RecordedRequest;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.openai.FakeChatCompletions;
import ai.stigmer.testkit.openai.FakeResponses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** The four wire formats, each with a fake server that answers in it. */
enum WireFormat {
  OLLAMA("ollama", "qwen3.5:latest", "messages"),
  ANTHROPIC("anthropic", "claude-opus-5-5", "messages"),
  RESPONSES("openai", "gpt-6.1-sol", "input"),
  CHAT("openai", "local-model", "messages");

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final int WINDOW = 65_536;

  /** A status in place of an answer. */
  private static final int OVERLOADED = 529;

  final String provider;
  final String model;

  /** The member of a request's body that holds the conversation. */
  final String conversation;

  WireFormat(String provider, String model, String conversation) {
    this.provider = provider;
    this.model = model;
    this.conversation = conversation;
  }

  /**
   * A server of this format.
   *
   * @param requests the conversation's requests so far, oldest first
   */
  record Server(
      WireFormat format, String url, Supplier<List<RecordedRequest>> requests, AutoCloseable fake)
      implements AutoCloseable {

    /** The model, opened anew as a new process does. */
    ChatModel open() {
      return format.open(url);
    }

    List<RecordedRequest> asked() {
      return requests.get();
    }

    /** Checks that no request broke a rule of the API. */
    @Override
    public void close() {
      try {
        fake.close();
      } catch (Exception e) {
        throw new AssertionError(format + " could not be closed", e);
      }
    }
  }

  /** The model at any address. */
  ChatModel open(String url) {
    return provider().open(settings(Optional.of(url), "canary-0123456789"));
  }

  /** The model at the vendor's own address; nothing is sent before it is called. */
  ChatModel openAtVendor(String key) {
    return provider().open(settings(Optional.empty(), key));
  }

  private ModelProvider provider() {
    return switch (this) {
      case OLLAMA -> new OllamaProvider();
      case ANTHROPIC -> new AnthropicProvider();
      case RESPONSES, CHAT -> new OpenAiProvider();
    };
  }

  private ModelSettings settings(Optional<String> url, String key) {
    return new ModelSettings(
        provider,
        model,
        url,
        Optional.of(Secret.of(key)),
        OptionalInt.of(8192),
        OptionalDouble.empty(),
        OptionalInt.of(WINDOW),
        Optional.empty(),
        this == RESPONSES ? Optional.of(Dialect.RESPONSES) : Optional.empty(),
        LONG,
        LONG,
        LONG);
  }

  /** A server that says these turns, one for each request, and is overloaded afterwards. */
  Server saying(List<Said> turns) {
    List<Said> left = new ArrayList<>(turns);
    Supplier<Optional<Said>> next =
        () -> {
          synchronized (left) {
            return left.isEmpty() ? Optional.empty() : Optional.of(left.removeFirst());
          }
        };
    return switch (this) {
      case OLLAMA -> {
        FakeOllama fake =
            FakeOllama.start(
                ai.stigmer.testkit.ollama.Scenario.answering(
                    body -> next.get().map(WireFormat::ollama).orElseGet(WireFormat::noOllama)));
        yield new Server(this, fake.baseUrl(), fake::chats, fake);
      }
      case ANTHROPIC -> {
        FakeAnthropic fake =
            FakeAnthropic.start(
                ai.stigmer.testkit.anthropic.Scenario.answering(
                    body ->
                        next.get().map(WireFormat::anthropic).orElseGet(WireFormat::noAnthropic)));
        yield new Server(this, fake.baseUrl(), fake::messages, fake);
      }
      case RESPONSES -> {
        FakeResponses fake = FakeResponses.start(openAi(next));
        yield new Server(this, fake.baseUrl(), fake::asked, fake);
      }
      case CHAT -> {
        FakeChatCompletions fake = FakeChatCompletions.start(openAi(next));
        yield new Server(this, fake.baseUrl(), fake::asked, fake);
      }
    };
  }

  private static ai.stigmer.testkit.openai.Scenario openAi(Supplier<Optional<Said>> next) {
    return ai.stigmer.testkit.openai.Scenario.answering(
        body -> next.get().map(WireFormat::openAi).orElseGet(WireFormat::noOpenAi));
  }

  private static ai.stigmer.testkit.ollama.Answer ollama(Said said) {
    var answer = ai.stigmer.testkit.ollama.Answer.empty();
    if (!said.thinking().isEmpty()) {
      answer = answer.andThinking(said.thinking());
    }
    if (!said.text().isEmpty()) {
      answer = answer.andText(said.text());
    }
    List<ai.stigmer.testkit.ollama.Answer.Call> calls = new ArrayList<>();
    for (ToolCall call : said.calls()) {
      calls.add(
          ai.stigmer.testkit.ollama.Answer.Call.of(
              call.id(), calls.size(), call.name(), call.arguments()));
    }
    if (!calls.isEmpty()) {
      answer = answer.andCalls(calls.toArray(ai.stigmer.testkit.ollama.Answer.Call[]::new));
    }
    return answer.tokens(said.promptTokens(), 10);
  }

  private static ai.stigmer.testkit.ollama.Answer noOllama() {
    return ai.stigmer.testkit.ollama.Answer.error(503, "server busy");
  }

  private static ai.stigmer.testkit.anthropic.Answer anthropic(Said said) {
    var answer = ai.stigmer.testkit.anthropic.Answer.empty();
    if (!said.thinking().isEmpty()) {
      answer = answer.andThinking(said.thinking());
    }
    if (!said.text().isEmpty()) {
      answer = answer.andText(said.text());
    }
    for (ToolCall call : said.calls()) {
      answer = answer.andToolUse(call.id(), call.name(), call.arguments());
    }
    return answer.usage(
        new ai.stigmer.testkit.anthropic.Answer.Counts(said.promptTokens(), 0, 0, 10, 0));
  }

  private static ai.stigmer.testkit.anthropic.Answer noAnthropic() {
    return ai.stigmer.testkit.anthropic.Answer.error(OVERLOADED, "Overloaded");
  }

  private static ai.stigmer.testkit.openai.Answer openAi(Said said) {
    var answer = ai.stigmer.testkit.openai.Answer.empty();
    if (!said.thinking().isEmpty()) {
      answer = answer.andThinking(said.thinking());
    }
    if (!said.text().isEmpty()) {
      answer = answer.andText(said.text());
    }
    for (ToolCall call : said.calls()) {
      answer = answer.andCall(call.id(), call.name(), call.arguments());
    }
    return answer.tokens(said.promptTokens(), 0, 10, 0);
  }

  private static ai.stigmer.testkit.openai.Answer noOpenAi() {
    return ai.stigmer.testkit.openai.Answer.refusal(
        503, "server_error", "server_is_overloaded", "The server is overloaded");
  }
}

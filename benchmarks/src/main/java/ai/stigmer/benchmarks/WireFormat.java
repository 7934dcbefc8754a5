package ai.stigmer.benchmarks;

import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.model.ModelSettings;
import ai.stigmer.models.anthropic.AnthropicProvider;
import ai.stigmer.models.ollama.OllamaProvider;
import ai.stigmer.models.openai.OpenAiProvider;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** The four ways in which a model's answer comes over the wire, each with a turn of plain text. */
enum WireFormat {
  OLLAMA("Ollama", "/api/chat", "application/x-ndjson"),
  ANTHROPIC("Anthropic Messages", "/v1/messages", SSE.TYPE),
  RESPONSES("OpenAI Responses", "/responses", SSE.TYPE),
  CHAT("Chat Completions", "/chat/completions", SSE.TYPE);

  /** Stands in a frame's end for the whole text. */
  static final String TEXT = "$TEXT";

  final String title;
  final String path;
  final String contentType;

  WireFormat(String title, String path, String contentType) {
    this.title = title;
    this.path = path;
    this.contentType = contentType;
  }

  Frame frame() {
    return switch (this) {
      case OLLAMA -> Frames.ollama();
      case ANTHROPIC -> Frames.anthropic();
      case RESPONSES -> Frames.responses();
      case CHAT -> Frames.chat();
    };
  }

  ChatModel open(String url) {
    return switch (this) {
      case OLLAMA -> new OllamaProvider().open(settings("ollama", "bench", url, Optional.empty()));
      case ANTHROPIC ->
          new AnthropicProvider()
              .open(settings("anthropic", "claude-opus-5-5", url, Optional.empty()));
      case RESPONSES -> openAi(url, ModelSettings.Dialect.RESPONSES);
      case CHAT -> openAi(url, ModelSettings.Dialect.CHAT);
    };
  }

  /** What stands before the deltas, before and after the text of each, and after the last. */
  record Frame(String opening, String before, String after, String end) {}

  /**
   * A turn as the server sends it.
   *
   * @param deltas each with one piece of text, which begins with a blank
   */
  record Recording(String opening, List<String> deltas, String end) {}

  /** The words of a turn, each of about the length of a token. */
  static String word(int index) {
    return String.format(Locale.ROOT, " w%03d", index % 1_000);
  }

  static String text(int deltas) {
    var text = new StringBuilder();
    for (int i = 0; i < deltas; i++) {
      text.append(word(i));
    }
    return text.toString();
  }

  Recording recording(int deltas) {
    Frame frame = frame();
    var pieces = new ArrayList<String>();
    for (int i = 0; i < deltas; i++) {
      pieces.add(frame.before() + word(i) + frame.after());
    }
    return new Recording(frame.opening(), pieces, frame.end().replace(TEXT, text(deltas)));
  }

  /** How a line begins that carries a delta, and no other line. */
  byte[] beginOfDelta() {
    String before = frame().before();
    String line = before.substring(before.lastIndexOf('\n') + 1) + " ";
    return line.getBytes(StandardCharsets.US_ASCII);
  }

  private static ChatModel openAi(String url, ModelSettings.Dialect dialect) {
    return new OpenAiProvider().open(settings("openai", "bench", url, Optional.of(dialect)));
  }

  private static ModelSettings settings(
      String provider, String model, String url, Optional<ModelSettings.Dialect> dialect) {
    return new ModelSettings(
        provider,
        model,
        Optional.of(url),
        Optional.empty(),
        OptionalInt.empty(),
        OptionalDouble.empty(),
        OptionalInt.of(32_768),
        Optional.empty(),
        dialect,
        Duration.ofSeconds(30),
        Duration.ofMinutes(5),
        Duration.ofMinutes(1));
  }

  /** Server-sent events. */
  static final class SSE {
    static final String TYPE = "text/event-stream";

    static String named(String type, String fields) {
      return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + fields + "}\n\n";
    }
  }
}

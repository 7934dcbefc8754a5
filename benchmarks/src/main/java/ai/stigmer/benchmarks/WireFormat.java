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
  OLLAMA("Ollama", "/api/chat", "application/x-ndjson") {
    @Override
    Frame frame() {
      String envelope =
          "{\"model\":\"bench\",\"created_at\":\"2026-11-21T12:00:00.123456789Z\",\"message\":"
              + "{\"role\":\"assistant\",\"content\":\"";
      return new Frame(
          "",
          envelope,
          "\"},\"done\":false}\n",
          envelope
              + "\"},\"done\":true,\"done_reason\":\"stop\",\"total_duration\":1000000,"
              + "\"eval_count\":2000}\n");
    }

    @Override
    ChatModel open(String url) {
      return new OllamaProvider().open(settings("ollama", "bench", url, Optional.empty()));
    }
  },
  ANTHROPIC("Anthropic Messages", "/v1/messages", SSE.TYPE) {
    @Override
    Frame frame() {
      return new Frame(
          SSE.named(
                  "message_start",
                  """
                  "message":{"id":"msg_01bench","type":"message","role":"assistant",\
                  "model":"claude-opus-5-5","content":[],"stop_reason":null,\
                  "stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":1}}""")
              + SSE.named(
                  "content_block_start",
                  "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}")
              + "event: ping\ndata: {\"type\":\"ping\"}\n\n",
          """
          event: content_block_delta
          data: {"type":"content_block_delta","index":0,\
          "delta":{"type":"text_delta","text":\"""",
          "\"}}\n\n",
          SSE.named("content_block_stop", "\"index\":0")
              + SSE.named(
                  "message_delta",
                  "\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},"
                      + "\"usage\":{\"output_tokens\":2000}")
              + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }

    @Override
    ChatModel open(String url) {
      return new AnthropicProvider()
          .open(settings("anthropic", "claude-opus-5-5", url, Optional.empty()));
    }
  },
  RESPONSES("OpenAI Responses", "/responses", SSE.TYPE) {
    @Override
    Frame frame() {
      String item = "msg_0a1b2c3d4e5f60718293a4b5c6d7e8f9a0b1c2d3e4f5061728";
      return new Frame(
          SSE.named("response.created", "\"sequence_number\":0,\"response\":{\"id\":\"resp_1\"}")
              + SSE.named(
                  "response.output_item.added",
                  "\"sequence_number\":1,\"output_index\":0,\"item\":{\"type\":\"message\"}"),
          """
          event: response.output_text.delta
          data: {"type":"response.output_text.delta","content_index":0,"delta":\"""",
          "\",\"item_id\":\""
              + item
              + "\",\"logprobs\":[],\"obfuscation\":\"x1Yz2Ab3\",\"output_index\":0,"
              + "\"sequence_number\":4711}\n\n",
          SSE.named(
              "response.completed",
              "\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"output\":[{\"id\":\""
                  + item
                  + "\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\","
                  + "\"content\":[{\"type\":\"output_text\",\"text\":\""
                  + TEXT
                  + "\",\"annotations\":[]}]}],"
                  + "\"usage\":{\"input_tokens\":12,\"output_tokens\":2000}}"));
    }

    @Override
    ChatModel open(String url) {
      return openAi(url, ModelSettings.Dialect.RESPONSES);
    }
  },
  CHAT("Chat Completions", "/chat/completions", SSE.TYPE) {
    @Override
    Frame frame() {
      String envelope =
          "data: {\"id\":\"chatcmpl-0a1b2c3d4e5f\",\"object\":\"chat.completion.chunk\","
              + "\"created\":1795000000,\"model\":\"bench\",\"service_tier\":\"default\","
              + "\"system_fingerprint\":null,\"choices\":[";
      return new Frame(
          envelope
              + "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
              + "\"finish_reason\":null}]}\n\n",
          envelope + "{\"index\":0,\"delta\":{\"content\":\"",
          "\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n",
          envelope
              + "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n"
              + envelope
              + "],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":2000}}\n\n"
              + "data: [DONE]\n\n");
    }

    @Override
    ChatModel open(String url) {
      return openAi(url, ModelSettings.Dialect.CHAT);
    }
  };

  /** Stands in a frame's end for the whole text. */
  private static final String TEXT = "$TEXT";

  final String title;
  final String path;
  final String contentType;

  WireFormat(String title, String path, String contentType) {
    this.title = title;
    this.path = path;
    this.contentType = contentType;
  }

  /** What stands before the deltas, before and after the text of each, and after the last. */
  record Frame(String opening, String before, String after, String end) {}

  /**
   * A turn as the server sends it.
   *
   * @param deltas each with one piece of text, which begins with a blank
   */
  record Recording(String opening, List<String> deltas, String end) {}

  abstract Frame frame();

  /** Our model over this format, at a server of plain HTTP. */
  abstract ChatModel open(String url);

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
  private static final class SSE {
    static final String TYPE = "text/event-stream";

    static String named(String type, String fields) {
      return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + fields + "}\n\n";
    }
  }
}

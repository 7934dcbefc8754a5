package ai.stigmer.benchmarks;

import ai.stigmer.benchmarks.WireFormat.Frame;
import ai.stigmer.benchmarks.WireFormat.SSE;

/** Turns of plain text as each wire format carries them. */
final class Frames {
  private Frames() {}

  static Frame ollama() {
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

  static Frame anthropic() {
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

  static Frame responses() {
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
                + WireFormat.TEXT
                + "\",\"annotations\":[]}]}],"
                + "\"usage\":{\"input_tokens\":12,\"output_tokens\":2000}}"));
  }

  static Frame chat() {
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
}

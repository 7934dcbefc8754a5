package ai.stigmer.models.openai;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.graphton.model.ModelRequest;
import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.ObjectMappers;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseStreamEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vendor's own reading of recorded streams against ours. */
class AccumulatorTest {

  @ParameterizedTest
  @CsvSource({
    "responses-parallel.sse, TOOL_USE",
    "responses-text.sse, END",
    "responses-incomplete.sse, MAX_TOKENS",
    "responses-refusal.sse, REFUSAL",
  })
  void theSdkReadsTheSameResponse(String file, StopReason stop) throws Exception {
    // Given
    List<byte[]> events = events(file);
    ResponseAccumulator accumulator = ResponseAccumulator.create();
    ResponsesAssembly assembly = new ResponsesAssembly("gpt-6.1-sol", event -> {});

    // When
    for (byte[] event : events) {
      accumulator.accumulate(
          ObjectMappers.jsonMapper().readValue(event, ResponseStreamEvent.class));
      var _ = assembly.add(Json.MAPPER.readTree(event));
    }
    ModelTurn turn = assembly.finish(request());

    // Then
    Response response = accumulator.response();
    assertThat(turn.stop()).isEqualTo(stop);
    assertThat(turn.text()).isEqualTo(text(response));
    assertThat(turn.calls()).isEqualTo(calls(response));
    assertThat(turn.usage()).isEqualTo(usage(response));
    if (stop != StopReason.MAX_TOKENS) {
      JsonNode items = ObjectMappers.jsonMapper().valueToTree(response.output());
      assertThat(Json.MAPPER.readTree(turn.raw())).isEqualTo(items);
    }
  }

  private static String text(Response response) {
    StringBuilder text = new StringBuilder();
    for (ResponseOutputItem item : response.output()) {
      item.message()
          .ifPresent(
              message ->
                  message
                      .content()
                      .forEach(
                          part -> {
                            part.outputText().ifPresent(said -> text.append(said.text()));
                            part.refusal().ifPresent(no -> text.append(no.refusal()));
                          }));
    }
    return text.toString();
  }

  private static List<ToolCall> calls(Response response) {
    List<ToolCall> calls = new ArrayList<>();
    for (ResponseOutputItem item : response.output()) {
      item.functionCall()
          .ifPresent(call -> calls.add(new ToolCall(call.callId(), call.name(), call.arguments())));
    }
    return calls;
  }

  private static Usage usage(Response response) {
    return response
        .usage()
        .map(
            usage ->
                new Usage(
                    usage.inputTokens()
                        - usage.inputTokensDetails().cachedTokens()
                        - usage.inputTokensDetails().cacheWriteTokens(),
                    usage.outputTokens(),
                    usage.inputTokensDetails().cachedTokens(),
                    usage.inputTokensDetails().cacheWriteTokens(),
                    usage.outputTokensDetails().reasoningTokens()))
        .orElse(Usage.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "chat-parallel.sse, TOOL_USE",
    "chat-text.sse, END",
    "chat-length.sse, MAX_TOKENS",
    "chat-refusal.sse, REFUSAL"
  })
  void theSdkReadsTheSameCompletion(String file, StopReason stop) throws Exception {
    // Given
    List<byte[]> events = events(file);
    ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
    ChatAssembly assembly = new ChatAssembly("gpt-4.1", OptionalInt.empty(), event -> {});

    // When
    for (byte[] event : events) {
      if (!new String(event, StandardCharsets.UTF_8).equals("[DONE]")) {
        accumulator.accumulate(
            ObjectMappers.jsonMapper().readValue(event, ChatCompletionChunk.class));
        var _ = assembly.add(Json.MAPPER.readTree(event));
      }
    }
    ModelTurn turn = assembly.finish(request());

    // Then
    ChatCompletion completion = accumulator.chatCompletion();
    var message = completion.choices().getFirst().message();
    List<ToolCall> calls = new ArrayList<>();
    message
        .toolCalls()
        .ifPresent(
            all ->
                all.forEach(
                    call ->
                        calls.add(
                            new ToolCall(
                                call.asFunction().id(),
                                call.asFunction().function().name(),
                                call.asFunction().function().arguments()))));
    assertThat(turn.stop()).isEqualTo(stop);
    assertThat(turn.text()).isEqualTo(message.content().orElse("") + message.refusal().orElse(""));
    assertThat(turn.calls()).isEqualTo(calls);
    var usage = completion.usage().orElseThrow();
    long cached = usage.promptTokensDetails().orElseThrow().cachedTokens().orElse(0L);
    assertThat(turn.usage())
        .isEqualTo(
            new Usage(
                usage.promptTokens() - cached,
                usage.completionTokens(),
                cached,
                0,
                usage.completionTokensDetails().orElseThrow().reasoningTokens().orElse(0L)));
    assertThat(turn.blocks()).noneMatch(Block.Thinking.class::isInstance);
  }

  private static ModelRequest request() {
    return Asking.request(new Message.User("hello"));
  }

  private static List<byte[]> events(String file) throws IOException {
    List<byte[]> events = new ArrayList<>();
    try (InputStream stream = AccumulatorTest.class.getResourceAsStream(file)) {
      assertThat(stream).as(file).isNotNull();
      EventReader reader = new EventReader(java.util.Objects.requireNonNull(stream), false);
      for (byte[] event = reader.next(); event != null; event = reader.next()) {
        events.add(event);
      }
    }
    assertThat(events).hasSizeGreaterThan(2);
    return events;
  }
}

package ai.stigmer.server.openai;

import ai.stigmer.server.events.Sink;
import ai.stigmer.server.events.SseWriter;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Answers chunk by chunk, as the events come. */
final class StreamedAnswer implements Sink {
  private final SseWriter writer;
  private final Completion completion;
  private final boolean wantsUsage;
  private boolean isBegun;
  private volatile boolean isOver;

  StreamedAnswer(SseWriter writer, Completion completion, boolean wantsUsage) {
    this.writer = writer;
    this.completion = completion;
    this.wantsUsage = wantsUsage;
  }

  /** Whether everything was told that there is to tell. */
  boolean isOver() {
    return isOver;
  }

  @Override
  public void event(ObjectNode event, long seq) throws Gone {
    if (!isBegun) {
      isBegun = true;
      chunk(object().put("role", "assistant").put("content", ""), Optional.empty());
    }
    String more = completion.add(event);
    if (completion.failure().isPresent()) {
      isOver = true;
      data(WholeAnswer.problem(completion.failure().get()).openAi());
      writer.close();
      throw new Gone();
    }
    if (!more.isEmpty()) {
      chunk(object().put("content", more), Optional.empty());
    }
  }

  @Override
  public void quiet() throws Gone {
    writer.write(":\n\n");
  }

  @Override
  public void ended() {
    isOver = true;
    try {
      chunk(object(), Optional.of("stop"));
      if (wantsUsage) {
        data(completion.lastChunk());
      }
      writer.write("data: [DONE]\n\n");
    } catch (Gone e) {
      return;
    }
    writer.close();
  }

  @Override
  public void broken() {
    isOver = true;
    writer.close();
  }

  private void chunk(ObjectNode delta, Optional<String> finish) throws Gone {
    data(completion.chunk(delta, finish));
  }

  private void data(ObjectNode json) throws Gone {
    writer.write("data: " + json + "\n\n");
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}

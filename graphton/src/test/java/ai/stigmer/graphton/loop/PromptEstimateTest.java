package ai.stigmer.graphton.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.journal.JournalEntry.RunStarted;
import ai.stigmer.graphton.model.ToolSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromptEstimateTest {
  /** English and code have at most this many bytes for a token of any provider's tokenizer. */
  private static final int MOST_BYTES = 4;

  private static final String PROSE =
      "The quick brown fox jumps over the lazy dog, and nobody minds. ".repeat(50);

  @Test
  void aPromptThatNobodyHasCountedIsNotTakenForSmallerThanItIs() {
    Transcript transcript = Transcript.EMPTY.plus(new RunStarted(PROSE, "a", PROSE, "hash", "{}"));
    List<ToolSpec> tools = List.of(new ToolSpec("tool", PROSE, "{}"));
    long bytes = 3L * PROSE.length();
    assertThat(PromptEstimate.tokens(transcript, tools)).isBetween(bytes / MOST_BYTES, bytes);
    assertThat(PromptEstimate.tokensForAByte(transcript, tools)).isBetween(1.0 / MOST_BYTES, 1.0);
  }

  @Test
  void charactersOfManyBytesCountForEachOfThem() {
    assertThat(PromptEstimate.bytes("aé漢\uD83D\uDE00")).isEqualTo(1 + 2 + 3 + 4);
  }
}

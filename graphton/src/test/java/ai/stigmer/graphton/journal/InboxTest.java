package ai.stigmer.graphton.journal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class InboxTest {

  @Test
  void aJournalWithoutAnInboxSaysSoInsteadOfLosingWhatIsPosted() {
    assertThatThrownBy(() -> Inbox.NONE.post("r", new Post.Message(1, "hello", "me")))
        .hasMessageContaining("E419");
  }
}

package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TypedLinesTest {

  @Test
  void whatIsTypedForAWithdrawnQuestionDoesNotAnswerTheNextOne() throws Exception {
    try (var keyboard = new PipedOutputStream();
        var in = new PipedInputStream(keyboard)) {
      // Given
      var lines = new TypedLines(in);
      var withdrawn = new CancelToken();
      lines.ready();
      withdrawn.cancel();
      assertThat(lines.next(withdrawn)).isEmpty();
      // When
      keyboard.write("yes to the first\n".getBytes(StandardCharsets.UTF_8));
      keyboard.flush();
      while (!lines.hasLine()) {
        Thread.onSpinWait();
      }
      lines.ready();
      keyboard.write("no to the second\n".getBytes(StandardCharsets.UTF_8));
      keyboard.flush();
      // Then
      assertThat(lines.next(new CancelToken())).contains("no to the second\n");
    }
  }

  @Test
  void aReadThatAWithdrawnQuestionLeftServesTheNextOne() throws Exception {
    try (var keyboard = new PipedOutputStream();
        var in = new PipedInputStream(keyboard)) {
      var lines = new TypedLines(in);
      var withdrawn = new CancelToken();
      lines.ready();
      withdrawn.cancel();
      assertThat(lines.next(withdrawn)).isEmpty();
      lines.ready();
      keyboard.write("y\n".getBytes(StandardCharsets.UTF_8));
      keyboard.flush();
      assertThat(lines.next(new CancelToken())).contains("y\n");
    }
  }
}

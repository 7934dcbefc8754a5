package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.cancel.CancelToken;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

class TypedLinesTest {

  @Test
  void whatIsTypedForAWithdrawnQuestionDoesNotAnswerTheNextOne() {
    // Given
    var keyboard = new Keyboard();
    var lines = new TypedLines(keyboard);
    withdraw(lines);
    keyboard.type("yes to the first\n");
    while (!lines.hasLine()) {
      Thread.onSpinWait();
    }
    // When
    lines.ready();
    keyboard.type("no to the second\n");
    // Then
    assertThat(lines.next(new CancelToken())).contains("no to the second\n");
  }

  @Test
  void aReadThatAWithdrawnQuestionLeftServesTheNextOne() {
    var keyboard = new Keyboard();
    var lines = new TypedLines(keyboard);
    withdraw(lines);
    lines.ready();
    keyboard.type("y\n");
    assertThat(lines.next(new CancelToken())).contains("y\n");
  }

  private static void withdraw(TypedLines lines) {
    var withdrawn = new CancelToken();
    lines.ready();
    withdrawn.cancel();
    assertThat(lines.next(withdrawn)).isEmpty();
  }

  /** Blocks until something is typed, as a terminal does. */
  private static final class Keyboard extends InputStream {
    private final LinkedBlockingQueue<Integer> typed = new LinkedBlockingQueue<>();

    void type(String text) {
      for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
        typed.add((int) one);
      }
    }

    @Override
    public int read(byte[] into, int offset, int most) {
      into[offset] = (byte) read();
      return 1;
    }

    @Override
    public int read() {
      try {
        return typed.take();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}

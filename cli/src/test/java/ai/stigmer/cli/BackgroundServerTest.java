package ai.stigmer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackgroundServerTest {
  @ParameterizedTest
  @CsvSource({
    "start --background,                          start --logged",
    "start --background=true,                     start --logged",
    "start --address 127.0.0.1:0 --background=1,  start --logged --address 127.0.0.1:0",
    "start @words,                                start --logged @words",
    "start --background --,                       start --logged --"
  })
  void theProcessThatIsStartedStartsNoOther(String words, String told) {
    assertThat(BackgroundServer.childWords(List.of(words.split(" "))))
        .containsExactly(told.split(" "));
  }
}

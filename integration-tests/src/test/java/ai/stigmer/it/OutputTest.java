package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when nobody can read the answer. */
class OutputTest {
  @TempDir Path folder = Path.of("");

  @ParameterizedTest(name = "> {0}")
  @ValueSource(strings = {">/dev/full", ">&-"})
  void anAnswerThatCannotBeWrittenIsNoSuccess(String redirection) {
    Ended ended = shell("config explain --json", redirection);

    assertThat(ended.status()).as(ended.err()).isEqualTo(1);
    assertThat(ended.err()).contains("error[E006]: standard output could not be written: ");
  }

  @Test
  void aReaderThatHasSeenEnoughIsNoFailure() {
    Ended ended = shell("explain all", "| head -n 1");

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.err()).isEmpty();
  }

  @Test
  void theHomeIsTheOneThatTheEnvironmentNames() {
    Ended ended =
        StigmerProcess.in(folder)
            .with("STIGMER_HOME", "")
            .with("HOME", folder.resolve("me").toString())
            .run("config", "path");

    assertThat(ended.out()).isEqualTo(folder.resolve("me/.stigmer/config.yaml") + "\n");
  }

  private Ended shell(String words, String redirection) {
    StigmerProcess stigmer = StigmerProcess.in(folder);
    String line =
        stigmer.line(words.split(" ", -1)).stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    return stigmer.runOther(List.of("/bin/sh", "-c", line + " " + redirection));
  }
}

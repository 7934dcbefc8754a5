package ai.stigmer.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.it.StigmerProcess.Ended;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody at a command line is told whose server refuses, or is not there. */
class RemoteMessagesTest {
  private static final int SERVER_AWAY = 9;

  @TempDir Path folder = Path.of("");

  private StigmerProcess client() {
    return StigmerProcess.in(folder.resolve("client"));
  }

  @Test
  void aServerThatIsNotThereHasAnExitStatusOfItsOwn() {
    Ended run =
        client().with("STIGMER_API_KEY", "any").run("run", "--server", "http://127.0.0.1:1", "hi");
    assertThat(run.status()).as(run.err()).isEqualTo(SERVER_AWAY);
    assertThat(run.err()).contains("E580", "http://127.0.0.1:1");

    Ended status = client().run("server", "status");
    assertThat(status.status()).as(status.err()).isEqualTo(SERVER_AWAY);
    assertThat(status.err()).contains("E566", "stigmer server start");
  }

  @Test
  void whatWorksHereForOnceIsTheWholeCommand() {
    Ended undo =
        client()
            .with("STIGMER_API_KEY", "any")
            .run("undo", "last", "--server", "http://127.0.0.1:1");
    assertThat(undo.err()).contains("E582", "stigmer undo last --server \"\"");
    Ended quoted =
        client().with("STIGMER_API_KEY", "any").run("undo", "it's", "--server=http://127.0.0.1:1");
    assertThat(quoted.err()).contains("stigmer undo 'it'\\''s' --server \"\"");
    Ended ended =
        client()
            .with("STIGMER_API_KEY", "any")
            .run("undo", "--server=http://127.0.0.1:1", "--", "--server");
    assertThat(ended.err()).contains("stigmer undo --server \"\" -- --server");
  }

  @Test
  void whoIsRefusedIsToldWhomToAskForWhat() throws Exception {
    try (FakeOllama ollama =
            FakeOllama.start(
                Scenario.of(Answer.text("Hello."), Answer.text("Hello."))
                    .models(InstalledModel.withTools("qwen2.5-coder:7b", 32_768)));
        ServerProcess server =
            ServerProcess.start(ServerProcess.stigmer(folder.resolve("there"), ollama))) {
      StigmerProcess owner = ServerProcess.stigmer(folder.resolve("there"), ollama);
      String url = server.uri().toString();
      String token =
          owner.run("server", "token", "create", "--name", "ci", "--scope", "run").out().strip();
      StigmerProcess ci = client().with("STIGMER_API_KEY", token);

      Ended first = ci.run("run", "--server", url, "hi");
      assertThat(first.status()).isEqualTo(4);
      assertThat(first.err())
          .contains("E584", "the agent stigmer-assistant is not at the server yet")
          .contains("the token ci has the scope run, this needs admin")
          .contains("scope admin: stigmer run --server " + url + " hello");

      assertThat(
              client()
                  .with("STIGMER_API_KEY", server.token())
                  .run("run", "--server", url, "hi")
                  .out())
          .contains("Hello.");
      assertThat(ci.run("run", "--server", url, "hi").out()).contains("Hello.");

      Ended nobody = ci.run("run", "--server", url, "--agent", "nobody", "hi");
      assertThat(nobody.status()).isEqualTo(2);
      assertThat(nobody.err())
          .contains("E560", "there is no agent \"nobody\" at " + url, "from  --server")
          .contains("stigmer apply --server " + url + " -f FILE")
          .contains("stigmer console --server " + url);

      Ended keyless = ci.run("run", "--server", url, "--model", "openai/gpt-6.1-sol", "hi");
      assertThat(keyless.status()).isEqualTo(4);
      assertThat(keyless.err())
          .contains("E101", "at the server " + url, "where the server runs: export OPENAI_API_KEY");

      assertThat(owner.run("server", "token", "revoke", "ci").status()).isZero();
      Ended revoked = ci.run("sessions", "list", "--server", url);
      assertThat(revoked.status()).isEqualTo(4);
      assertThat(revoked.err())
          .contains("E576", "expired or revoked", "stigmer server token list")
          .doesNotContain(token);
    }
  }
}

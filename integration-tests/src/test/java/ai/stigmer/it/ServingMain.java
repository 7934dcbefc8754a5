package ai.stigmer.it;

import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.FakeOllama;
import ai.stigmer.testkit.ollama.InstalledModel;
import ai.stigmer.testkit.ollama.Scenario;
import java.time.Duration;

/** A fake server as a process of its own, on the port that is its argument, for two minutes. */
final class ServingMain {
  private ServingMain() {}

  public static void main(String[] args) throws InterruptedException {
    Scenario scenario =
        Scenario.answering(_ -> Answer.text("Hello."))
            .models(InstalledModel.withTools("gemma4:12b", 65_536).size(9_600_000));
    try (FakeOllama _ = FakeOllama.start(scenario, Integer.parseInt(args[0]))) {
      Thread.sleep(Duration.ofMinutes(2));
    }
  }
}

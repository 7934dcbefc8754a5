package ai.stigmer.models.ollama;

import java.time.Duration;

/** A process of its own that asks a model once. */
final class AskingMain {
  private AskingMain() {}

  public static void main(String[] args) {
    Duration patience = Duration.ofSeconds(20);
    Asking asking = new Asking(Asking.settings(args[0], patience, patience));
    System.out.println("said " + asking.turn(Asking.hello()).text());
  }
}

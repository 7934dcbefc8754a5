package ai.stigmer.models.anthropic;

/** Asks once at the given base URL and prints the kind of failure. */
final class AskingMain {
  private AskingMain() {}

  public static void main(String[] args) {
    System.out.println(new Asking(Asking.settings(args[0])).failure(Asking.hello()).kind().name());
  }
}

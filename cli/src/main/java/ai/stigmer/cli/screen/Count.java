package ai.stigmer.cli.screen;

/** Numbers of things in words. */
public final class Count {
  private Count() {}

  /** For example {@code 1 turn} and {@code 2 turns}. */
  public static String of(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }
}

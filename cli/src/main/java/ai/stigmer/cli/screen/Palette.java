package ai.stigmer.cli.screen;

/** Colours of what is written to standard error, or none. */
public enum Palette {
  PLAIN("", "", "", ""),
  ANSI("\u001b[2m", "\u001b[31m", "\u001b[32m", "\u001b[0m");

  private final String dim;
  private final String red;
  private final String green;
  private final String reset;

  Palette(String dim, String red, String green, String reset) {
    this.dim = dim;
    this.red = red;
    this.green = green;
    this.reset = reset;
  }

  public String dim(String text) {
    return dim + text + reset;
  }

  public String red(String text) {
    return red + text + reset;
  }

  public String green(String text) {
    return green + text + reset;
  }
}

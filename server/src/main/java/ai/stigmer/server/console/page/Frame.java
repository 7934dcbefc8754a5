package ai.stigmer.server.console.page;

/**
 * What is around every page.
 *
 * @param section which part of the console it belongs to, as its path names it
 * @param formToken what every form of it brings back; empty when nobody is logged in
 * @param mayRun whether its forms are to be shown
 */
public record Frame(String title, String section, String formToken, boolean mayRun) {

  /** Whether somebody is logged in. */
  public boolean isIn() {
    return !formToken.isEmpty();
  }
}

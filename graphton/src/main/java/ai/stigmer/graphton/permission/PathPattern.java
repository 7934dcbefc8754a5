package ai.stigmer.graphton.permission;

import ai.stigmer.graphton.workspace.GlobPattern;

/** Files that a rule speaks of: a glob; one that matches a folder speaks of all beneath it. */
final class PathPattern {
  private final GlobPattern glob;

  private PathPattern(GlobPattern glob) {
    this.glob = glob;
  }

  /**
   * Reads a glob over paths relative to the workspace.
   *
   * @throws IllegalArgumentException when it is not well formed
   */
  static PathPattern parse(String text) {
    return new PathPattern(new GlobPattern(text.strip()));
  }

  boolean matches(String path) {
    String part = path;
    while (!part.isEmpty()) {
      if (glob.test(part)) {
        return true;
      }
      part = part.substring(0, Math.max(part.lastIndexOf('/'), 0));
    }
    return false;
  }
}

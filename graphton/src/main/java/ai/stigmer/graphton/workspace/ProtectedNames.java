package ai.stigmer.graphton.workspace;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Names within a workspace that agents may not use freely, for file tools and for the sandbox
 * alike. They are names and not files: one that is not there today is protected too.
 */
public final class ProtectedNames {

  /** The folder of git. It changes by git commands only, and some files of it not at all. */
  public static final String GIT = ".git";

  /**
   * What other programs of the user run or obey as soon as they see it in a folder: shells,
   * editors, agents and their hooks. They count in the workspace's own folder.
   */
  private static final List<String> OBEYED =
      List.of(
          ".agents",
          ".aws",
          ".bash_login",
          ".bash_profile",
          ".bashrc",
          ".claude",
          ".codex",
          ".cursor",
          ".devcontainer",
          ".envrc",
          ".gemini",
          ".gitconfig",
          ".gitmodules",
          ".idea",
          ".mcp.json",
          ".profile",
          ".ripgreprc",
          ".ssh",
          ".stigmer",
          ".vscode",
          ".zlogin",
          ".zprofile",
          ".zshenv",
          ".zshrc");

  private static final String SECRETS = ".env";

  /** Files beside the secret ones that hold no secrets, by what follows {@code .env}. */
  private static final Set<String> HARMLESS =
      Set.of(".example", ".sample", ".template", ".dist", ".defaults");

  private ProtectedNames() {}

  /** The names that are read-only in the workspace's own folder, sorted. */
  public static List<String> obeyed() {
    return OBEYED;
  }

  /** Whether a file or folder of the workspace's own folder with this name is read-only. */
  public static boolean isObeyed(String name) {
    return OBEYED.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Whether it is the folder of git, at any depth. */
  public static boolean isGit(String name) {
    return name.equalsIgnoreCase(GIT);
  }

  /** Whether a file with this name holds secrets and cannot be read, at any depth. */
  public static boolean isHidden(String name) {
    String small = name.toLowerCase(Locale.ROOT);
    return small.equals(SECRETS)
        || (small.startsWith(SECRETS + ".") && HARMLESS.stream().noneMatch(small::endsWith));
  }
}

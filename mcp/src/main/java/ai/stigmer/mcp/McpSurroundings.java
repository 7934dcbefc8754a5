package ai.stigmer.mcp;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What servers of one run have around them.
 *
 * @param workspace where processes start, absolute
 * @param env the environment of this process, of which servers get a few harmless variables
 * @param placeholders fills their definitions
 * @param hidden files and folders that a server in a sandbox does not see, besides the home
 */
public record McpSurroundings(
    Path workspace, Map<String, String> env, Placeholders placeholders, List<Path> hidden) {
  public McpSurroundings {
    workspace = workspace.toAbsolutePath().normalize();
    env = Map.copyOf(env);
    requireNonNull(placeholders, "placeholders is null");
    hidden = List.copyOf(hidden);
  }
}

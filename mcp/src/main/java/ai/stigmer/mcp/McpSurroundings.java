package ai.stigmer.mcp;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Map;

/**
 * What servers of one run have around them.
 *
 * @param workspace where processes start, absolute
 * @param env the environment of this process, of which servers get a few harmless variables
 * @param placeholders fills their definitions
 */
public record McpSurroundings(Path workspace, Map<String, String> env, Placeholders placeholders) {
  public McpSurroundings {
    workspace = workspace.toAbsolutePath().normalize();
    env = Map.copyOf(env);
    requireNonNull(placeholders, "placeholders is null");
  }
}

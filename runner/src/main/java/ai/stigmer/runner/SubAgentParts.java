package ai.stigmer.runner;

import ai.stigmer.runner.RunContext.KnownSkill;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a sub-agent may use of what its agent's run has, besides built-in tools.
 *
 * @param servers names of the agent's MCP servers; empty means all of them
 * @param selections the tools of these servers that it may use, by the server's name and under the
 *     server's own names; all of a server that is not named here
 * @param skillRefs the names of the skills that it may load
 * @param skills the same with where they lie, once the run has looked
 */
public record SubAgentParts(
    Optional<List<String>> servers,
    Map<String, List<String>> selections,
    List<String> skillRefs,
    List<KnownSkill> skills) {

  /** All tools of its agent, {@code load_skill} included. */
  public static final SubAgentParts OF_ITS_AGENT =
      new SubAgentParts(Optional.empty(), Map.of(), List.of(), List.of());

  public SubAgentParts {
    servers = servers.map(List::copyOf);
    selections = Map.copyOf(new TreeMap<>(selections));
    skillRefs = List.copyOf(skillRefs);
    skills = List.copyOf(skills);
  }

  /** What a file names. */
  public static SubAgentParts named(
      List<String> servers, Map<String, List<String>> selections, List<String> skillRefs) {
    return new SubAgentParts(Optional.of(servers), selections, skillRefs, List.of());
  }

  /** The same with the skills that were found. */
  SubAgentParts with(List<KnownSkill> found) {
    return new SubAgentParts(servers, selections, skillRefs, found);
  }

  /**
   * Whether it may use a tool of one of its agent's servers.
   *
   * @param tool the server's own name for it
   */
  boolean admits(String server, String tool) {
    return servers.isEmpty()
        || (servers.get().contains(server)
            && (!selections.containsKey(server)
                || selections.getOrDefault(server, List.of()).contains(tool)));
  }
}

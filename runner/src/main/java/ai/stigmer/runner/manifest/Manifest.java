package ai.stigmer.runner.manifest;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agentinstance.v1.AgentInstance;
import ai.stigmer.agentic.environment.v1.Environment;
import ai.stigmer.agentic.mcpserver.v1.McpServer;
import ai.stigmer.agentic.skill.v1.Skill;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One resource of a file, ready to be sent.
 *
 * @param place file and line where it begins
 * @param name as users call it
 * @param slug what it is referred to by
 * @param org whose it is; empty for nobody's
 * @param scope as the contract names it; empty for what a server takes then
 * @param body what a server is sent, as the JSON of the contract; may hold secrets
 */
public record Manifest(
    String place, Kind kind, String name, String slug, String org, String scope, ObjectNode body) {
  public Manifest {
    requireNonNull(place, "place is null");
    requireNonNull(kind, "kind is null");
    requireNonNull(name, "name is null");
    requireNonNull(slug, "slug is null");
    requireNonNull(org, "org is null");
    requireNonNull(scope, "scope is null");
    requireNonNull(body, "body is null");
  }

  /** What a file can define. */
  public enum Kind {
    AGENT(Agent.getDefaultInstance(), "agent", "agents"),
    ENVIRONMENT(Environment.getDefaultInstance(), "environment", "environments"),
    MCP_SERVER(McpServer.getDefaultInstance(), "MCP server", "mcp-servers"),
    SKILL(Skill.getDefaultInstance(), "skill", "skills"),
    AGENT_INSTANCE(AgentInstance.getDefaultInstance(), "agent instance", "agent-instances");

    private final Message empty;
    private final String word;
    private final String collection;

    Kind(Message empty, String word, String collection) {
      this.empty = empty;
      this.word = word;
      this.collection = collection;
    }

    /** The names of all, as files have them. */
    static List<String> ids() {
      return Stream.of(values()).map(Kind::id).toList();
    }

    /** The kind that a file names; empty when it is none of these. */
    static Optional<Kind> named(String id) {
      return Stream.of(values()).filter(kind -> kind.id().equals(id)).findFirst();
    }

    /** A message of it without content. */
    Message empty() {
      return empty;
    }

    /** As files have it, for example {@code McpServer}. */
    public String id() {
      return empty.getDescriptorForType().getName();
    }

    /** For people. */
    public String word() {
      return word;
    }

    /** Where a server has them over HTTP. */
    public String collection() {
      return collection;
    }
  }

  /** For people. */
  public String label() {
    return kind.word() + " " + name;
  }

  /** Without what it holds. */
  @Override
  public String toString() {
    return label() + " (" + place + ")";
  }
}

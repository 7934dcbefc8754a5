package ai.stigmer.runner.manifest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;

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
    AGENT("agent", "agents"),
    ENVIRONMENT("environment", "environments"),
    MCP_SERVER("MCP server", "mcp-servers"),
    SKILL("skill", "skills");

    private final String word;
    private final String collection;

    Kind(String word, String collection) {
      this.word = word;
      this.collection = collection;
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

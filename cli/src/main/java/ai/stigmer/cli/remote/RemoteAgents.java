package ai.stigmer.cli.remote;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.runner.AgentDefinition;
import ai.stigmer.runner.AgentParts;
import ai.stigmer.runner.SubAgentDefinition;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.function.Consumer;

/** Sees to it that a server has the agent that is to work. */
public final class RemoteAgents {
  private static final String PATH = "/api/agents";

  private final RemoteServer server;
  private final Consumer<String> notes;

  /**
   * @param notes is told when an agent of the server is changed
   */
  public RemoteAgents(RemoteServer server, Consumer<String> notes) {
    this.server = requireNonNull(server, "server is null");
    this.notes = requireNonNull(notes, "notes is null");
  }

  /** Who is to work. */
  public sealed interface Chosen {
    /** Who is defined here; the server gets it when it has it otherwise. */
    record Defined(AgentDefinition agent) implements Chosen {}

    /** Who is there under that name. */
    record Named(String name) implements Chosen {}
  }

  /** The built-in assistant, under a name that takes nobody's place. */
  public static AgentDefinition assistant() {
    AgentDefinition usual = AgentDefinition.assistant();
    return new AgentDefinition(
        "stigmer-assistant", usual.description(), usual.instructions(), usual.tools());
  }

  /** Whether that can be an agent's name. */
  public static boolean isName(String text) {
    return text.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  }

  /**
   * The id of the agent at the server.
   *
   * @throws ProblemException {@code E560} when there is none of that name, {@code E582} when the
   *     definition says what the server's contract has no place for
   */
  public String id(Chosen chosen) {
    return switch (chosen) {
      case Chosen.Named(String name) -> id(named(name));
      case Chosen.Defined(AgentDefinition agent) -> id(applied(agent));
    };
  }

  private static String id(JsonNode agent) {
    return agent.path("metadata").path("id").asText();
  }

  private static String byName(String name) {
    return "/api/by-name/agents?slug=" + name;
  }

  private JsonNode named(String name) {
    return server
        .find(byName(name))
        .orElseThrow(
            () ->
                Problem.of(
                        "E560",
                        Problem.Category.USAGE,
                        "there is no agent \"" + name + "\" at " + server.endpoint())
                    .from(server.location())
                    .help(
                        "store it there: stigmer apply --server " + server.endpoint() + " -f FILE",
                        "see which there are, on the page Agents: stigmer console --server "
                            + server.endpoint())
                    .asException());
  }

  private JsonNode applied(AgentDefinition agent) {
    ObjectNode wanted = json(agent);
    Optional<JsonNode> known = server.find(byName(agent.name()));
    if (known.isPresent() && isSame(known.get().path("spec"), wanted.path("spec"))) {
      return known.get();
    }
    JsonNode applied;
    try {
      applied = server.send("PUT", PATH, wanted);
    } catch (ProblemException e) {
      throw e.problem().code().equals("E584") ? notAllowed(agent, known.isPresent(), e) : e;
    }
    notes.accept(
        "agent " + agent.name() + (known.isPresent() ? " was changed" : " was made") + " there");
    return applied;
  }

  /** Whom to ask for what: the one thing of a first run that its token may not be good for. */
  private ProblemException notAllowed(AgentDefinition agent, boolean isThere, ProblemException e) {
    return Problem.of(
            "E584",
            Problem.Category.CREDENTIALS,
            "the agent "
                + agent.name()
                + (isThere ? " is another one at the server" : " is not at the server yet")
                + ", and your token may not "
                + (isThere ? "change" : "make")
                + " it: "
                + e.problem().message())
        .from(e.problem().from().toArray(String[]::new))
        .help(
            "ask whoever looks after the server to run this once with a token of the scope admin:"
                + " stigmer run --server "
                + server.endpoint()
                + " hello",
            "or take an agent that is there: --agent NAME")
        .asException();
  }

  /** An empty value of the contract is not told. */
  private static boolean isSame(JsonNode known, JsonNode wanted) {
    return known.path("description").asText().equals(wanted.path("description").asText())
        && known.path("instructions").asText().equals(wanted.path("instructions").asText())
        && known.path("subAgents").toString().equals(wanted.path("subAgents").toString())
        && known.path("mcpServers").isEmpty()
        && known.path("skillRefs").isEmpty();
  }

  private static ObjectNode json(AgentDefinition agent) {
    requireSendable(agent);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putObject("metadata").put("name", agent.name()).put("slug", agent.name());
    ObjectNode spec = json.putObject("spec");
    if (!agent.description().isEmpty()) {
      spec.put("description", agent.description());
    }
    spec.put("instructions", agent.instructions());
    if (!agent.subAgents().isEmpty()) {
      ArrayNode children = spec.putArray("subAgents");
      for (SubAgentDefinition child : agent.subAgents()) {
        children
            .addObject()
            .put("name", child.name())
            .put("description", child.description())
            .put("instructions", child.instructions());
      }
    }
    return json;
  }

  private static void requireSendable(AgentDefinition agent) {
    boolean hasTools =
        agent.tools().isPresent()
            || agent.subAgents().stream().anyMatch(child -> child.tools().isPresent());
    if (hasTools || !agent.parts().equals(AgentParts.NONE)) {
      throw Problem.of(
              "E582",
              Problem.Category.USAGE,
              "the agent "
                  + agent.name()
                  + " has "
                  + (hasTools ? "a list of tools" : "MCP servers, skills or variables")
                  + ", which this command does not send to a server")
          .help(
              "apply it there once: stigmer apply -f FILE, then: --agent " + agent.name(),
              "to work here for once: --server \"\"")
          .asException();
    }
  }
}

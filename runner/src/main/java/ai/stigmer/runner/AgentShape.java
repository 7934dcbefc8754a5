package ai.stigmer.runner;

import ai.stigmer.runner.Shape.Count;
import ai.stigmer.runner.Shape.Field;
import ai.stigmer.runner.Shape.Flag;
import ai.stigmer.runner.Shape.Keys;
import ai.stigmer.runner.Shape.ListOf;
import ai.stigmer.runner.Shape.MapOf;
import ai.stigmer.runner.Shape.Text;
import ai.stigmer.runner.Shape.TextOr;
import java.util.LinkedHashMap;
import java.util.Map;

/** The files that define agents and environments, key by key. */
final class AgentShape {
  private static final ListOf TEXTS = new ListOf(Text.ANY);
  private static final MapOf TEXT_MAP = new MapOf(Text.ANY);
  private static final Text INSTRUCTIONS = new Text(AgentDefinition.MIN_INSTRUCTIONS, "", "");
  private static final Text NETWORK =
      Text.matching(
          "[A-Za-z0-9*._:,\\[\\]-]+", "be none, open or hosts such as github.com,*.npmjs.org");
  private static final Text SERVER_NAME =
      Text.matching(
          "[A-Za-z0-9](?!.*__)[A-Za-z0-9_-]{0,31}",
          "be 1 to 32 letters, digits, '-' or single '_'");

  private static final ListOf FOLDERS = new ListOf(Text.matching("/.*", "be an absolute folder"));

  private static final Keys SANDBOX =
      keys(
          optional("network", NETWORK, "none (default), open, or hosts with commas between."),
          optional("readable", FOLDERS, "Folders of hidden places, such as the home, it reads."),
          optional("writable", FOLDERS, "Folders it writes besides the one that it starts in."));

  private static final Keys STDIO =
      keys(
          required("command", Text.FILLED, "The program; ${NAME} takes a variable of the run."),
          optional("args", TEXTS, "Its arguments."),
          optional("env_placeholders", TEXT_MAP, "Its environment: NAME: ${NAME}."),
          optional("working_dir", Text.ANY, "Where it starts; relative to the workspace."),
          optional("sandbox", SANDBOX, "Keeps it in a sandbox, as commands are."));

  private static final Keys HTTP =
      keys(
          required("url", Text.matching("https?://[^\\s?#@]+", "be http or https"), "Its address."),
          optional("headers", TEXT_MAP, "Sent with every request; ${NAME} takes a variable."),
          optional("query_params", TEXT_MAP, "Added to the address; ${NAME} takes a variable."),
          optional("timeout_seconds", new Count(1, 3600), "How long an answer may take."));

  private static final Keys SERVER =
      keys(
          required("name", SERVER_NAME, "Its name; alone it names a server of the user."),
          optional("stdio", STDIO, "A process, spoken to through its standard streams."),
          optional("http", HTTP, "A server on the network."),
          optional("enabled_tools", TEXTS, "The tools that may be used; all without it."));

  private static final Keys REFERENCE =
      keys(
          required("slug", Text.FILLED, "The skill's name."),
          optional("scope", Text.ANY, "For a server; ignored here."),
          optional("org", Text.ANY, "For a server; ignored here."),
          optional("kind", Text.ANY, "skill."),
          optional("version", Text.ANY, "For a server; ignored here."));

  private static final ListOf REFERENCES = new ListOf(new TextOr(REFERENCE));

  private static final Keys SELECTION =
      keys(optional("enabled_tools", TEXTS, "The tools of this server that it may use."));

  private static final Keys SUB_AGENT =
      keys(
          required("name", agentName(), "What it is called by."),
          optional("description", Text.ANY, "When to use it."),
          required("instructions", INSTRUCTIONS, "Its system text."),
          optional("tools", TEXTS, "The tools it may use; those of its caller without it."),
          optional("mcp_servers", TEXTS, "Names of MCP servers of the agent that it may use."),
          optional("mcp_tool_selections", new MapOf(SELECTION), "Tools, server by server."),
          optional("skill_refs", REFERENCES, "The skills it may load."));

  private static final Keys VARIABLE =
      keys(
          optional("value", Text.ANY, "Without it, whoever runs the agent gives it."),
          optional("is_secret", new Flag(), "Never shown, never journaled."),
          optional("description", Text.ANY, "What it is for."));

  private static final Keys ENVIRONMENT_SPEC =
      keys(
          optional("description", Text.ANY, "One line for people."),
          optional("data", new MapOf(VARIABLE), "Variables by name."));

  private static final Keys SPEC =
      keys(
          optional("description", Text.ANY, "One line for people."),
          optional("icon_url", Text.ANY, "A picture, for a server."),
          required("instructions", INSTRUCTIONS, "The system text."),
          optional("tools", TEXTS, "The built-in tools; all without it."),
          optional("mcp_servers", new ListOf(SERVER), "MCP servers, by name or defined here."),
          optional("skill_refs", REFERENCES, "The skills it may load; all without it."),
          optional("sub_agents", new ListOf(SUB_AGENT), "Agents that it may give a task to."),
          optional("subagents", new ListOf(SUB_AGENT), "The same as sub_agents."),
          optional("env_spec", ENVIRONMENT_SPEC, "The variables that it needs."));

  static final Keys AGENT = resource("Agent", agentName(), SPEC);
  static final Keys ENVIRONMENT = resource("Environment", Text.FILLED, ENVIRONMENT_SPEC);

  private AgentShape() {}

  private static Keys resource(String kind, Text name, Keys spec) {
    Keys metadata =
        keys(
            required("name", name, "Its name."),
            optional("slug", Text.ANY, "For a server."),
            optional("id", Text.ANY, "For a server."),
            optional("org", Text.ANY, "For a server."),
            optional("owner_scope", Text.ANY, "For a server."),
            optional("labels", TEXT_MAP, "For a server."),
            optional("annotations", TEXT_MAP, "For a server."),
            optional("tags", TEXTS, "For a server."));
    return keys(
        required("apiVersion", constant(AgentFile.API_VERSION), "The format and its version."),
        required("kind", constant(kind), "What the file defines."),
        required("metadata", metadata, "What it is called."),
        required("spec", spec, "What it is."));
  }

  private static Text constant(String value) {
    return Text.matching(java.util.regex.Pattern.quote(value), "be " + value);
  }

  private static Text agentName() {
    return Text.matching(
        "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", "be 1 to 63 lower-case letters, digits or '-'");
  }

  private static Map.Entry<String, Field> required(String key, Shape shape, String doc) {
    return Map.entry(key, new Field(shape, true, doc));
  }

  private static Map.Entry<String, Field> optional(String key, Shape shape, String doc) {
    return Map.entry(key, new Field(shape, false, doc));
  }

  @SafeVarargs
  private static Keys keys(Map.Entry<String, Field>... entries) {
    var fields = new LinkedHashMap<String, Field>();
    for (Map.Entry<String, Field> entry : entries) {
      fields.put(entry.getKey(), entry.getValue());
    }
    return new Keys(fields);
  }
}

package ai.stigmer.runner;

import static java.util.Objects.requireNonNull;

import ai.stigmer.mcp.AcceptedServer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a run was given besides its agent, frozen at its start: MCP servers with the tools that were
 * accepted, where its variables come from, the skills that it can load, what its answer has to be,
 * and where in a trace it was asked for.
 */
public record RunContext(
    List<AcceptedServer> servers,
    RunVariables variables,
    List<KnownSkill> skills,
    Optional<String> answerSchema,
    Optional<String> traceparent) {

  /** With any answer. */
  public RunContext(List<AcceptedServer> servers, RunVariables variables, List<KnownSkill> skills) {
    this(servers, variables, skills, Optional.empty(), Optional.empty());
  }

  /** Nothing. */
  public static final RunContext NONE = new RunContext(List.of(), RunVariables.NONE, List.of());

  /**
   * A skill that can be loaded.
   *
   * @param file its SKILL.md, absolute
   * @param hash SHA-256 of that file as the run began with it, in hexadecimal; empty when whoever
   *     began the run did not look
   */
  public record KnownSkill(String name, Path file, String hash) {
    public KnownSkill {
      requireNonNull(name, "name is null");
      requireNonNull(file, "file is null");
      requireNonNull(hash, "hash is null");
    }

    private KnownSkill moved(Path from, Path to) {
      return file.startsWith(from)
          ? new KnownSkill(name, to.resolve(from.relativize(file)), hash)
          : this;
    }

    /** A skill of which any content counts. */
    public KnownSkill(String name, Path file) {
      this(name, file, "");
    }
  }

  public RunContext {
    servers = List.copyOf(servers);
    requireNonNull(variables, "variables is null");
    skills = List.copyOf(skills);
    requireNonNull(answerSchema, "answerSchema is null");
    requireNonNull(traceparent, "traceparent is null");
  }

  /** The same with the JSON Schema that the final answer has to fit. */
  public RunContext withAnswerSchema(Optional<String> schema) {
    return new RunContext(servers, variables, skills, schema, traceparent);
  }

  /** The same, asked for there, as W3C Trace Context writes it. */
  public RunContext withTraceparent(Optional<String> value) {
    return new RunContext(servers, variables, skills, answerSchema, value);
  }

  /** The same with skills of one folder in another one. */
  RunContext moved(Path from, Path to) {
    return new RunContext(
        servers,
        variables,
        skills.stream().map(skill -> skill.moved(from, to)).toList(),
        answerSchema,
        traceparent);
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("mcp_servers", servers.isEmpty() ? json.arrayNode() : AcceptedServer.toJson(servers));
    json.set("variables", variables.toJson());
    json.set("skills", skillsJson(skills));
    answerSchema.ifPresent(schema -> json.put("answer_schema", schema));
    traceparent.ifPresent(value -> json.put("traceparent", value));
    return json;
  }

  static RunContext parse(JsonNode json) {
    var servers = new ArrayList<AcceptedServer>();
    json.path("mcp_servers").forEach(server -> servers.add(AcceptedServer.parse(server)));
    return new RunContext(
        servers,
        RunVariables.parse(json.path("variables")),
        skills(json.path("skills")),
        Optional.ofNullable(json.get("answer_schema")).map(JsonNode::asText),
        Optional.ofNullable(json.get("traceparent")).map(JsonNode::asText));
  }

  static ArrayNode skillsJson(List<KnownSkill> skills) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (KnownSkill skill : skills) {
      list.addObject()
          .put("name", skill.name())
          .put("file", skill.file().toString())
          .put("sha256", skill.hash());
    }
    return list;
  }

  static List<KnownSkill> skills(JsonNode list) {
    var skills = new ArrayList<KnownSkill>();
    for (JsonNode skill : list) {
      skills.add(
          new KnownSkill(
              skill.path("name").asText(),
              Path.of(skill.path("file").asText()),
              skill.path("sha256").asText()));
    }
    return skills;
  }
}

package ai.stigmer.runner.manifest;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.McpServerDefinition;
import ai.stigmer.agentic.agentinstance.v1.AgentInstance;
import ai.stigmer.agentic.mcpserver.v1.McpServer;
import ai.stigmer.agentic.skill.v1.Skill;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.runner.AgentFile;
import ai.stigmer.runner.ProjectContext;
import ai.stigmer.runner.contract.ContractAgent;
import ai.stigmer.runner.contract.ContractServers;
import ai.stigmer.runner.contract.MessageRules;
import com.google.protobuf.Message;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * Holds a resource against the contract's rules, and against what they leave open: what a server
 * would take and no run could use, and what it would not keep.
 */
final class ManifestCheck {
  private static final String SERVERS = "is the server's to say; leave it out";

  private final MessageRules rules = new MessageRules();

  /**
   * Tells what is wrong with a resource.
   *
   * @param wrong gets the path of a field, and what is wrong with it
   */
  void check(Message resource, BiConsumer<String, String> wrong) {
    if (!text(resource, "api_version").equals(AgentFile.API_VERSION)) {
      wrong.accept("api_version", "must be " + AgentFile.API_VERSION);
    }
    metadata(metadata(resource), resource instanceof Skill, wrong);
    if (has(resource, "status")) {
      wrong.accept("status", SERVERS);
    }
    if (!has(resource, "spec")) {
      wrong.accept("spec", "is missing");
      return;
    }
    rules.broken(resource).forEach(broken -> wrong.accept(broken.path(), broken.rule()));
    switch (resource) {
      case Agent agent -> agent(agent, wrong);
      case McpServer server -> server(server, wrong);
      case Skill skill -> skill(skill, wrong);
      case AgentInstance instance when instance.getSpec().getAgentId().isBlank() ->
          wrong.accept("spec.agent_id", "is missing; the name of an agent will do");
      default -> {}
    }
  }

  private static void metadata(
      ApiResourceMetadata metadata, boolean isSkill, BiConsumer<String, String> wrong) {
    if (metadata.getName().isBlank()) {
      wrong.accept("metadata.name", "is missing");
    } else if (metadata.getSlug().isEmpty()) {
      name(metadata.getName(), isSkill, wrong);
    }
    if (!metadata.getId().isEmpty()) {
      wrong.accept("metadata.id", SERVERS);
    }
  }

  /** That a slug can be made of it. Of a skill the server says the rest: it may have it already. */
  private static void name(String name, boolean isSkill, BiConsumer<String, String> wrong) {
    if (name.toLowerCase(Locale.ROOT).chars().noneMatch(ManifestCheck::isPlain)) {
      String instead = isSkill ? "choose another name" : "give a metadata.slug that has";
      wrong.accept("metadata.name", "has none of a-z and 0-9; " + instead);
    } else if (!isSkill && !ContractAgent.isNamedWhole(name)) {
      wrong.accept(
          "metadata.name",
          "has letters that a slug cannot have; give a slug besides, for example the one that"
              + " earlier versions made of it, metadata.slug: "
              + ContractAgent.name(name));
    }
  }

  private static boolean isPlain(int letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
  }

  private static void agent(Agent agent, BiConsumer<String, String> wrong) {
    for (int i = 0; i < agent.getSpec().getMcpServersCount(); i++) {
      McpServerDefinition server = agent.getSpec().getMcpServers(i);
      if (!ContractServers.isOnlyNamed(server)) {
        server("spec.mcp_servers[" + i + "]", server, wrong);
      }
    }
  }

  private static void server(McpServer server, BiConsumer<String, String> wrong) {
    if (!server.getSpec().hasStdio() && !server.getSpec().hasHttp()) {
      wrong.accept("spec", "must say how the server is reached: stdio or http");
      return;
    }
    McpServerDefinition named =
        McpServerDefinition.newBuilder().setName(slug(server.getMetadata())).build();
    server("spec", ContractServers.definition(named, server.getSpec()), wrong);
  }

  private static void server(
      String path, McpServerDefinition server, BiConsumer<String, String> wrong) {
    try {
      var _ = ContractAgent.server(server);
    } catch (IllegalArgumentException e) {
      wrong.accept(path, "cannot be used: " + e.getMessage());
    }
  }

  /** A skill is pushed by its name alone, and its text is what a run reads. */
  private static void skill(Skill skill, BiConsumer<String, String> wrong) {
    ApiResourceMetadata metadata = skill.getMetadata();
    ApiResourceMetadata kept =
        ApiResourceMetadata.newBuilder()
            .setName(metadata.getName())
            .setId(metadata.getId())
            .setOrg(metadata.getOrg())
            .setOwnerScope(metadata.getOwnerScope())
            .build();
    if (!metadata.equals(kept)) {
      wrong.accept("metadata", "of a skill has name, org and owner_scope only");
    }
    if (skill.getSpec().getSkillMd().isBlank()) {
      wrong.accept("spec.skill_md", "is missing");
      return;
    }
    ProjectContext.notASkill(skill.getSpec().getSkillMd())
        .ifPresent(why -> wrong.accept("spec.skill_md", "is no skill: " + why));
  }

  /** What a resource is referred to by. */
  static String slug(ApiResourceMetadata metadata) {
    return metadata.getSlug().isEmpty()
        ? ContractAgent.name(metadata.getName())
        : metadata.getSlug();
  }

  static ApiResourceMetadata metadata(Message resource) {
    return (ApiResourceMetadata)
        resource.getField(resource.getDescriptorForType().findFieldByName("metadata"));
  }

  private static String text(Message message, String field) {
    return (String) message.getField(message.getDescriptorForType().findFieldByName(field));
  }

  private static boolean has(Message message, String field) {
    return message.hasField(message.getDescriptorForType().findFieldByName(field));
  }
}

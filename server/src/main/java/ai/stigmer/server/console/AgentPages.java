package ai.stigmer.server.console;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.AgentSpec;
import ai.stigmer.agentic.agent.v1.McpServerDefinition;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import ai.stigmer.server.console.page.AgentView;
import ai.stigmer.server.console.story.Passage;
import ai.stigmer.server.resource.Shelf;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The agents, and one of them with everything that it is made of. */
final class AgentPages {
  private static final int MOST = 500;
  private static final int RUNS = 10;

  private final Sources sources;

  AgentPages(Sources sources) {
    this.sources = sources;
  }

  HttpResponse list(Asked asked) {
    Shelf.Listed<Agent> newest = sources.shelves().agents().list(Set.of(), MOST, "");
    var view =
        new AgentView.Page(
            newest.entries().stream()
                .map(AgentPages::row)
                .sorted(Comparator.comparing(row -> row.name().toLowerCase(Locale.ROOT)))
                .toList(),
            newest.total());
    return Pages.page(HttpStatus.OK, "agents", asked.frame("Agents", "agents"), view);
  }

  HttpResponse page(Asked asked) {
    Agent agent = sources.shelves().agents().get(asked.path("id"));
    AgentSpec spec = agent.getSpec();
    var view =
        new AgentView(
            row(agent),
            Passage.of(spec.getInstructions()),
            spec.getMcpServersList().stream().map(AgentPages::server).toList(),
            spec.getSkillRefsList().stream().map(ApiResourceReference::getSlug).toList(),
            spec.getSubAgentsList().stream()
                .map(
                    sub ->
                        new AgentView.Sub(
                            sub.getName(), sub.getDescription(), Passage.of(sub.getInstructions())))
                .toList(),
            spec.getEnvSpec().getDataMap().keySet().stream().sorted().toList(),
            new RunList(sources).newest(asked.path("id"), "", RUNS));
    return Pages.page(
        HttpStatus.OK, "agent", asked.frame(agent.getMetadata().getName(), "agents"), view);
  }

  private static AgentView.Row row(Agent agent) {
    AgentSpec spec = agent.getSpec();
    var parts = new ArrayList<String>();
    count(parts, spec.getMcpServersCount(), "MCP server");
    count(parts, spec.getSkillRefsCount(), "skill");
    count(parts, spec.getSubAgentsCount(), "sub-agent");
    return new AgentView.Row(
        agent.getMetadata().getId(),
        agent.getMetadata().getName(),
        agent.getMetadata().getSlug(),
        spec.getDescription(),
        String.join(", ", parts));
  }

  private static void count(List<String> parts, int count, String what) {
    if (count > 0) {
      parts.add(count + " " + what + (count == 1 ? "" : "s"));
    }
  }

  private static AgentView.Server server(McpServerDefinition server) {
    String how =
        switch (server.getServerTypeCase()) {
          case STDIO ->
              (server.getStdio().getCommand()
                      + " "
                      + String.join(" ", server.getStdio().getArgsList()))
                  .strip();
          case HTTP -> server.getHttp().getUrl();
          case DOCKER -> "container " + server.getDocker().getImage();
          case SERVERTYPE_NOT_SET -> "the stored MCP server of that name";
        };
    return new AgentView.Server(server.getName(), how, server.getEnabledToolsList());
  }
}

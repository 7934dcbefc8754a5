package ai.stigmer.runner.contract;

import ai.stigmer.agentic.agent.v1.HttpServer;
import ai.stigmer.agentic.agent.v1.McpServerDefinition;
import ai.stigmer.agentic.agent.v1.StdioServer;
import ai.stigmer.agentic.mcpserver.v1.McpServerSpec;

/** MCP servers that an agent only names, as those that it defines. */
public final class ContractServers {
  private ContractServers() {}

  /** Whether the agent says no more of the server than its name. */
  public static boolean isOnlyNamed(McpServerDefinition server) {
    return server.getServerTypeCase() == McpServerDefinition.ServerTypeCase.SERVERTYPE_NOT_SET;
  }

  /** A named server with what the resource of that name says of it. */
  public static McpServerDefinition definition(McpServerDefinition server, McpServerSpec spec) {
    McpServerDefinition.Builder definition = server.toBuilder();
    if (definition.getEnabledToolsCount() == 0) {
      definition.addAllEnabledTools(spec.getDefaultEnabledToolsList());
    }
    if (spec.hasStdio()) {
      StdioServer.Builder stdio =
          StdioServer.newBuilder()
              .setCommand(spec.getStdio().getCommand())
              .addAllArgs(spec.getStdio().getArgsList())
              .setWorkingDir(spec.getStdio().getWorkingDir());
      spec.getEnvSpec()
          .getDataMap()
          .keySet()
          .forEach(name -> stdio.putEnvPlaceholders(name, "${" + name + "}"));
      return definition.setStdio(stdio).build();
    }
    return definition
        .setHttp(
            HttpServer.newBuilder()
                .setUrl(spec.getHttp().getUrl())
                .putAllHeaders(spec.getHttp().getHeadersMap())
                .putAllQueryParams(spec.getHttp().getQueryParamsMap())
                .setTimeoutSeconds(spec.getHttp().getTimeoutSeconds()))
        .build();
  }
}

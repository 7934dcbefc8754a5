package ai.stigmer.mcp;

import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ToolSpec;
import ai.stigmer.graphton.tool.EffectClass;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.graphton.tool.ToolArguments;
import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.mcp.McpConnection.ServerFailure;
import ai.stigmer.mcp.ToolList.Offer;
import com.fasterxml.jackson.core.type.TypeReference;
import java.util.Map;

/** A tool of a server. Its first call starts the server. */
final class RemoteTool implements Tool {
  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

  private final LazyServer server;
  private final Offer offer;
  private final ToolSpec spec;

  RemoteTool(LazyServer server, Offer offer) {
    this.server = server;
    this.offer = offer;
    this.spec =
        new ToolSpec(
            ToolNames.of(server.definition().name(), offer.name()),
            "From the MCP server "
                + server.definition().name()
                + ", in its own words: "
                + offer.description(),
            offer.schema());
  }

  @Override
  public ToolSpec spec() {
    return spec;
  }

  @Override
  public EffectClass effect() {
    return offer.effect();
  }

  @Override
  public ToolResult run(ToolArguments arguments, ToolContext context) throws InterruptedException {
    Map<String, Object> map = SdkJson.SORTED.convertValue(arguments.json(), MAP);
    McpServer definition = server.definition();
    try {
      return ResultText.of(definition, server.call(offer.name(), map, context));
    } catch (ServerFailure e) {
      String maybe =
          effect() == EffectClass.UNSAFE
              ? " It is not known whether the call took effect; find out before you repeat it."
              : "";
      return ToolResult.error(
          "The MCP server "
              + definition.name()
              + " gave no result."
              + maybe
              + "\n"
              + ResultText.framed(definition, String.valueOf(e.getMessage())));
    } catch (ProblemException e) {
      // The user sees it, too, and the code leads to what can be done.
      return ToolResult.error(e.problem().message() + " (" + e.problem().code() + ")");
    }
  }
}

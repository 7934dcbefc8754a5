package ai.stigmer.mcp;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.tool.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * The tools of accepted servers, for one run. No server is started before a tool of it is called.
 *
 * <p>Thread contract: thread-safe; {@link #close} ends every server that was started.
 */
public final class McpTools implements AutoCloseable {
  private final List<LazyServer> servers;

  private McpTools(List<LazyServer> servers) {
    this.servers = List.copyOf(servers);
  }

  /** No servers, no tools. */
  public static McpTools none() {
    return new McpTools(List.of());
  }

  public static McpTools of(
      List<AcceptedServer> accepted, McpSurroundings around, ChangedTools changed) {
    return new McpTools(
        accepted.stream().map(server -> new LazyServer(server, around, changed)).toList());
  }

  /** The tools of one server as a model sees them, without a way to call it. */
  public static List<Tool> preview(AcceptedServer accepted, McpSurroundings around) {
    return tools(new LazyServer(accepted, around, ChangedTools.REFUSE), accepted).toList();
  }

  /** The tools, in the order of the servers. */
  public List<Tool> tools() {
    return servers.stream().flatMap(server -> tools(server, server.accepted())).toList();
  }

  private static Stream<Tool> tools(LazyServer server, AcceptedServer accepted) {
    return accepted.tools().offers().stream().map(offer -> new RemoteTool(server, offer));
  }

  /** What came of looking at a server. */
  public sealed interface Looked {
    record Offers(AcceptedServer found) implements Looked {}

    record Failed(McpServer server, Problem problem) implements Looked {}
  }

  /** Starts servers, all at the same time, asks what they offer, and ends them again. */
  public static List<Looked> look(List<McpServer> servers, McpSurroundings around) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Looked>> futures =
          servers.stream().map(server -> threads.submit(() -> look(server, around))).toList();
      var looked = new ArrayList<Looked>();
      for (Future<Looked> future : futures) {
        looked.add(future.get());
      }
      return looked;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static Looked look(McpServer server, McpSurroundings around) {
    try (McpConnection connection = McpConnection.open(server, around)) {
      return new Looked.Offers(new AcceptedServer(server, connection.list()));
    } catch (ProblemException e) {
      return new Looked.Failed(server, e.problem());
    }
  }

  @Override
  public void close() {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      servers.forEach(server -> threads.execute(server::close));
    }
  }
}

package ai.stigmer.mcp;

import ai.stigmer.graphton.tool.ToolContext;
import ai.stigmer.mcp.McpConnection.ServerFailure;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A server that is started by the first call of one of its tools, and again by the next call after
 * it has died. Before its first call it must offer what was accepted.
 *
 * <p>Thread contract: thread-safe; calls of one server wait for its start, those of others do not.
 */
final class LazyServer implements AutoCloseable {
  private final AcceptedServer accepted;
  private final McpSurroundings around;
  private final ChangedTools changed;
  private final ReentrantLock starting = new ReentrantLock();
  private volatile boolean closed;
  private @Nullable McpConnection connection;
  private @Nullable ToolList alsoAccepted;

  LazyServer(AcceptedServer accepted, McpSurroundings around, ChangedTools changed) {
    this.accepted = accepted;
    this.around = around;
    this.changed = changed;
  }

  AcceptedServer accepted() {
    return accepted;
  }

  McpServer definition() {
    return accepted.server();
  }

  CallToolResult call(String tool, Map<String, Object> arguments, ToolContext context)
      throws InterruptedException, ServerFailure {
    return running().call(tool, arguments, context.callId(), context.cancel());
  }

  private McpConnection running() throws InterruptedException, ServerFailure {
    starting.lockInterruptibly();
    try {
      if (closed) {
        throw new ServerFailure("the run has ended");
      }
      McpConnection current = connection;
      if (current != null && !current.isLost()) {
        return current;
      }
      if (current != null) {
        current.close();
      }
      connection = null;
      McpConnection started = McpConnection.open(accepted.server(), around);
      connection = checked(started);
      return started;
    } finally {
      starting.unlock();
    }
  }

  private McpConnection checked(McpConnection started) {
    try {
      ToolList now = started.list();
      if (!now.equals(accepted.tools()) && !now.equals(alsoAccepted)) {
        if (!changed.accept(accepted, now)) {
          throw McpProblems.changed(accepted.server()).asException();
        }
        alsoAccepted = now;
      }
      return started;
    } catch (RuntimeException e) {
      started.close();
      throw e;
    }
  }

  @Override
  public void close() {
    closed = true;
    McpConnection current = connection;
    if (current != null) {
      current.close();
    }
  }
}

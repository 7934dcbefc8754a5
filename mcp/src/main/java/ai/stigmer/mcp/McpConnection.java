package ai.stigmer.mcp;

import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.mcp.McpServer.Connection.Http;
import ai.stigmer.mcp.McpServer.Connection.Stdio;
import ai.stigmer.mcp.ToolList.Offer;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import io.modelcontextprotocol.spec.McpSchema.ListToolsResult;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One started server: a process or a session over HTTP, from its handshake to its end.
 *
 * <p>Thread contract: thread-safe; every method blocks its caller.
 */
final class McpConnection implements AutoCloseable {
  private static final int LONGEST_DESCRIPTION = 4_000;
  private static final int LONGEST_SCHEMA = 32_000;
  private static final Duration LONGEST_CALL = Duration.ofHours(1);
  private static final int LOOK_MILLIS = 200;

  private final McpServer server;
  private final McpSurroundings around;
  private final WatchedTransport transport;
  private final McpSyncClient client;
  private final AtomicLong lastSign = new AtomicLong(System.nanoTime());
  private volatile String lost = "";
  private @Nullable StdioTransport stdio;

  private McpConnection(McpServer server, McpSurroundings around) {
    this.server = server;
    this.around = around;
    this.transport = new WatchedTransport(told -> transport(why -> lose(why, told)));
    this.client =
        McpClient.sync(transport)
            .clientInfo(Implementation.builder("stigmer", "0.1").build())
            .capabilities(ClientCapabilities.builder().build())
            .initializationTimeout(server.timeout())
            .requestTimeout(LONGEST_CALL)
            .jsonSchemaValidator((schema, content) -> ValidationResponse.asValid(""))
            .progressConsumer(progress -> lastSign.set(System.nanoTime()))
            .build();
  }

  /**
   * Starts a server and greets it.
   *
   * @throws ProblemException {@code E700} to {@code E703}
   */
  static McpConnection open(McpServer server, McpSurroundings around) {
    var connection = new McpConnection(server, around);
    try {
      connection.client.initialize();
      return connection;
    } catch (RuntimeException e) {
      ProblemException problem = connection.unusable(e);
      connection.close();
      throw problem;
    }
  }

  private ProblemException unusable(RuntimeException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProblemException known) {
        return known;
      }
    }
    if (!lost.isEmpty()) {
      return McpProblems.start(server, lost).asException();
    }
    StdioTransport started = stdio;
    String hint = started == null ? "" : started.hint();
    return McpProblems.handshake(server, reason(e) + hint).asException();
  }

  private void lose(String why, java.util.function.Consumer<String> told) {
    lost = why;
    told.accept(why);
  }

  private McpClientTransport transport(java.util.function.Consumer<String> ended) {
    return switch (server.connection()) {
      case Stdio process -> {
        var made = new StdioTransport(server, process, around, ended);
        stdio = made;
        yield made;
      }
      case Http http -> http(http);
    };
  }

  private McpClientTransport http(Http http) {
    Map<String, String> headers = around.placeholders().fill(server, "header", http.headers());
    Map<String, String> query = around.placeholders().fill(server, "query", http.query());
    URI uri = http.uri();
    HttpRequest.Builder request = HttpRequest.newBuilder();
    headers.forEach(request::header);
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return HttpClientStreamableHttpTransport.builder(
            uri.getScheme() + "://" + uri.getRawAuthority())
        .endpoint(query.isEmpty() ? path : path + "?" + encoded(query))
        .clientBuilder(GuardedHttpClient.builder(http))
        .requestBuilder(request)
        .jsonMapper(SdkJson.INSTANCE)
        .connectTimeout(server.timeout())
        .maxResponseSize(StdioTransport.LONGEST_MESSAGE)
        .supportedProtocolVersions(StdioTransport.VERSIONS)
        .build();
  }

  private static String encoded(Map<String, String> query) {
    return query.entrySet().stream()
        .map(
            entry ->
                URLEncoder.encode(entry.getKey(), StandardCharsets.UTF_8)
                    + "="
                    + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  boolean isLost() {
    return !lost.isEmpty();
  }

  /**
   * What the server offers now.
   *
   * @throws ProblemException {@code E702}
   */
  ToolList list() {
    var offers = new ArrayList<Offer>();
    String cursor = null;
    do {
      ListToolsResult page = page(cursor);
      for (Tool tool : page.tools()) {
        if (server.enabledTools().isEmpty() || server.enabledTools().contains(tool.name())) {
          offers.add(offer(tool));
        }
      }
      cursor = page.nextCursor();
      if (offers.size() > ToolList.MOST) {
        throw unfit("it offers more than " + ToolList.MOST + " tools; choose some of them");
      }
    } while (cursor != null && !cursor.isEmpty());
    for (String name : server.enabledTools()) {
      if (offers.stream().noneMatch(offer -> offer.name().equals(name))) {
        throw unfit("it has no tool \"" + name + "\"");
      }
    }
    return new ToolList(offers);
  }

  private ListToolsResult page(@Nullable String cursor) {
    try {
      return await(
          () -> cursor == null ? client.listTools((String) null) : client.listTools(cursor),
          new CancelToken());
    } catch (ProblemException e) {
      throw e;
    } catch (RuntimeException e) {
      throw unfit("its tools cannot be listed: " + reason(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unfit("its tools cannot be listed: interrupted");
    }
  }

  private Offer offer(Tool tool) {
    Placeholders secrets = around.placeholders();
    if (!secrets.hide(tool.name()).equals(tool.name())) {
      throw unfit("the name of one of its tools holds a secret value");
    }
    String schema =
        secrets.hide(
            ToolList.text(
                tool.inputSchema() == null ? Map.of("type", "object") : tool.inputSchema()));
    if (schema.length() > LONGEST_SCHEMA) {
      throw unfit("the schema of its tool " + tool.name() + " is longer than " + LONGEST_SCHEMA);
    }
    String said = tool.description() == null ? "" : secrets.hide(tool.description());
    ToolAnnotations hints = tool.annotations();
    return new Offer(
        tool.name(),
        said.length() > LONGEST_DESCRIPTION ? said.substring(0, LONGEST_DESCRIPTION) + "…" : said,
        schema,
        hints != null && Boolean.TRUE.equals(hints.readOnlyHint()),
        hints != null && Boolean.TRUE.equals(hints.idempotentHint()),
        hints != null && Boolean.TRUE.equals(hints.destructiveHint()));
  }

  /**
   * Calls a tool. The time it may take begins anew with each sign of progress.
   *
   * @param token tells this call from others, for progress and cancelling
   * @throws ServerFailure when there is no answer
   */
  CallToolResult call(String tool, Map<String, Object> arguments, String token, CancelToken cancel)
      throws InterruptedException, ServerFailure {
    var request = new CallToolRequest(tool, arguments, Map.of("progressToken", token));
    try (CancelToken.Registration _ = cancel.onCancel(() -> transport.cancel(token))) {
      return await(() -> client.callTool(request), cancel);
    } catch (ProblemException e) {
      transport.cancel(token);
      throw new ServerFailure(e.problem().message());
    } catch (RuntimeException e) {
      throw new ServerFailure(around.placeholders().hide(lost.isEmpty() ? reason(e) : lost));
    }
  }

  /** A call that came to nothing, in words for the model. */
  static final class ServerFailure extends Exception {
    private static final long serialVersionUID = 1L;

    ServerFailure(String message) {
      super(message, null, false, false);
    }
  }

  private <T> T await(java.util.function.Supplier<T> work, CancelToken cancel)
      throws InterruptedException {
    lastSign.set(System.nanoTime());
    var answer = new CompletableFuture<T>();
    Thread.ofVirtual().name("mcp-call").start(() -> complete(answer, work));
    while (!cancel.isCancelled()) {
      try {
        return answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (System.nanoTime() - lastSign.get() > server.timeout().toNanos()) {
          throw unfit("no answer within " + server.timeout().toSeconds() + " s");
        }
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException failure
            ? failure
            : new IllegalStateException(e.getCause());
      }
    }
    throw new IllegalStateException("cancelled");
  }

  private static <T> void complete(
      CompletableFuture<T> answer, java.util.function.Supplier<T> work) {
    try {
      answer.complete(work.get());
    } catch (RuntimeException | Error e) {
      answer.completeExceptionally(e);
    }
  }

  private ProblemException unfit(String why) {
    return McpProblems.handshake(server, why).asException();
  }

  private String reason(RuntimeException e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message =
        root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    if (root instanceof TimeoutException) {
      message = "no answer within " + server.timeout().toSeconds() + " s";
    }
    return around.placeholders().hide(message);
  }

  @Override
  public void close() {
    try {
      transport.close();
    } finally {
      client.close();
    }
  }
}

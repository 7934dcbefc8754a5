package ai.stigmer.mcp;

import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Remembers what was asked and not yet answered, so that a call can be taken back, and nobody waits
 * for a server that is gone.
 */
final class WatchedTransport implements McpClientTransport {
  private static final int LOST = -32_000;

  private final Map<Object, String> open = new ConcurrentHashMap<>();
  private final McpClientTransport inner;
  private volatile @Nullable Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler;

  /**
   * @param inner makes the transport; it is given whom to tell that answers are lost
   */
  WatchedTransport(Function<Consumer<String>, McpClientTransport> inner) {
    this.inner = inner.apply(this::lose);
  }

  @Override
  public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> taker) {
    handler = taker;
    return inner.connect(message -> taker.apply(message.doOnNext(this::seen)));
  }

  private void seen(JSONRPCMessage message) {
    if (message instanceof JSONRPCResponse response && response.id() != null) {
      open.remove(response.id());
    }
  }

  @Override
  public Mono<Void> sendMessage(JSONRPCMessage message) {
    if (message instanceof JSONRPCRequest request && request.id() != null) {
      open.put(request.id(), token(request));
    }
    return inner.sendMessage(message);
  }

  private static String token(JSONRPCRequest request) {
    return request.params() instanceof CallToolRequest call && call.meta() != null
        ? String.valueOf(call.meta().get("progressToken"))
        : "";
  }

  /** Tells the server that nobody waits for the call any more, and ends the wait. */
  void cancel(String token) {
    open.forEach(
        (id, opened) -> {
          if (opened.equals(token)) {
            var params = Map.of("requestId", id, "reason", "the run was cancelled");
            inner
                .sendMessage(new JSONRPCNotification("notifications/cancelled", params))
                .subscribe(nothing -> {}, failure -> {});
            answer(id, "cancelled");
          }
        });
  }

  private void lose(String why) {
    open.keySet().forEach(id -> answer(id, why));
  }

  private void answer(Object id, String why) {
    open.remove(id);
    var taker = handler;
    if (taker != null) {
      JSONRPCMessage error = JSONRPCResponse.error(id, new JSONRPCError(LOST, why));
      taker.apply(Mono.just(error)).subscribe(nothing -> {}, failure -> {});
    }
  }

  @Override
  public void setExceptionHandler(Consumer<Throwable> taker) {
    inner.setExceptionHandler(taker);
  }

  @Override
  public Mono<Void> closeGracefully() {
    return inner.closeGracefully();
  }

  @Override
  public void close() {
    inner.close();
  }

  @Override
  public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
    return inner.unmarshalFrom(data, type);
  }

  @Override
  public List<String> protocolVersions() {
    return inner.protocolVersions();
  }
}

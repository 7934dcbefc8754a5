package ai.stigmer.mcp;

import ai.stigmer.graphton.sandbox.Confinement;
import ai.stigmer.graphton.sandbox.Limits;
import ai.stigmer.graphton.sandbox.Sandbox;
import ai.stigmer.graphton.sandbox.Sandbox.Found;
import ai.stigmer.graphton.sandbox.SandboxPolicy;
import ai.stigmer.mcp.McpServer.Connection.Stdio;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.ProtocolVersions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Messages as lines over a process's standard streams. What is no message is skipped, a line that
 * is too long fails what was asked; neither ends the process.
 *
 * <p>Thread contract: one thread of its own reads; anybody may send.
 */
final class StdioTransport implements McpClientTransport {
  /** The longest message that is taken, in bytes. */
  static final int LONGEST_MESSAGE = 16 << 20;

  private static final List<String> ALLOWED = List.of("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR");
  private static final int SHOWN_ERRORS = 400;
  private static final int SHOWN_GARBAGE = 80;

  private final McpServer server;
  private final Stdio stdio;
  private final List<String> command = new ArrayList<>();
  private final Map<String, String> environment;
  private final Path folder;
  private final McpSurroundings around;
  private final Consumer<String> ended;
  private @Nullable ServerProcess process;
  private volatile String garbage = "";

  /**
   * @param ended told, in words, when nothing more will come or an answer was lost
   */
  StdioTransport(McpServer server, Stdio stdio, McpSurroundings around, Consumer<String> ended) {
    this.server = server;
    this.stdio = stdio;
    this.around = around;
    this.ended = ended;
    Placeholders fill = around.placeholders();
    command.add(fill.fill(server, "command", stdio.command()));
    stdio.args().forEach(word -> command.add(fill.fill(server, "args", word)));
    this.environment = harmless(around.env());
    environment.putAll(fill.fill(server, "env", stdio.env()));
    this.folder = around.workspace().resolve(stdio.workingDir().orElse(Path.of("")));
  }

  @Override
  public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
    return Mono.fromRunnable(() -> start(handler));
  }

  private synchronized void start(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
    try {
      ServerProcess started = started();
      process = started;
      Thread.ofPlatform().daemon().name("mcp-" + server.name()).start(() -> read(started, handler));
    } catch (IOException e) {
      ended.accept(
          stdio.sandbox().isPresent()
              ? String.valueOf(e.getMessage())
              : "there is no folder " + folder + ", or no /bin/sh");
      throw new IllegalStateException(e);
    }
  }

  /** Never outside of the sandbox that its definition asks for. */
  private ServerProcess started() throws IOException {
    if (stdio.sandbox().isEmpty()) {
      return ServerProcess.start(command, environment, folder);
    }
    ServerSandbox asked = stdio.sandbox().get();
    Path home = Path.of(around.env().getOrDefault("HOME", System.getProperty("user.home")));
    var policy =
        new SandboxPolicy(
            folder.toRealPath(),
            home.toAbsolutePath().normalize(),
            around.hidden(),
            asked.readable(),
            asked.network(),
            Limits.DEFAULT,
            environment);
    return switch (Sandbox.on(policy.writing(asked.writable()))) {
      case Found.Works(Confinement sandbox) -> ServerProcess.start(sandbox.wrap(command));
      case Found.Missing missing ->
          throw new IOException("its sandbox does not work: " + missing.reason());
    };
  }

  private static Map<String, String> harmless(Map<String, String> all) {
    var env = new LinkedHashMap<String, String>();
    env.put("PATH", "/usr/local/bin:/usr/bin:/bin");
    for (String name : ALLOWED) {
      String value = all.get(name);
      if (value != null) {
        env.put(name, value);
      }
    }
    return env;
  }

  private void read(
      ServerProcess from, Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
    Lines lines = new Lines(from.out(), LONGEST_MESSAGE);
    try {
      for (Lines.Line line = lines.next(); line != null; line = lines.next()) {
        if (line.tooLong()) {
          ended.accept("it sent a message of more than " + (LONGEST_MESSAGE >> 20) + " MiB");
        } else if (!line.text().isBlank()) {
          take(line.text(), handler);
        }
      }
    } catch (IOException e) {
      // As if it had ended; what it said is told below.
    }
    ended.accept(around.placeholders().hide(from.end() + said(from)));
  }

  private void take(String line, Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
    try {
      JSONRPCMessage message = McpSchema.deserializeJsonRpcMessage(SdkJson.INSTANCE, line);
      handler.apply(Mono.just(message)).subscribe(answer -> {}, failure -> {});
    } catch (IOException | RuntimeException e) {
      if (garbage.isEmpty()) {
        garbage = line.substring(0, Math.min(line.length(), SHOWN_GARBAGE));
      }
    }
  }

  private String said(ServerProcess from) {
    String errors = from.errors();
    String last = errors.substring(Math.max(0, errors.length() - SHOWN_ERRORS)).strip();
    return last.isEmpty() ? "" : "; it said: " + last;
  }

  /** What may explain a silence: what it printed that is no message, or its last errors. */
  String hint() {
    ServerProcess current = current();
    if (!garbage.isEmpty()) {
      return "; its standard output is not MCP: " + around.placeholders().hide(garbage);
    }
    return current == null ? "" : around.placeholders().hide(said(current));
  }

  private synchronized @Nullable ServerProcess current() {
    return process;
  }

  @Override
  public Mono<Void> sendMessage(JSONRPCMessage message) {
    return Mono.<Void>fromRunnable(() -> write(message)).subscribeOn(Schedulers.boundedElastic());
  }

  private void write(JSONRPCMessage message) {
    ServerProcess current = current();
    if (current == null) {
      throw new IllegalStateException("the server was not started");
    }
    try {
      byte[] line =
          (SdkJson.INSTANCE.writeValueAsString(message) + "\n").getBytes(StandardCharsets.UTF_8);
      OutputStream out = current.in();
      synchronized (out) {
        out.write(line);
        out.flush();
      }
    } catch (IOException e) {
      throw new IllegalStateException(around.placeholders().hide(current.end() + said(current)), e);
    }
  }

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.fromRunnable(this::close);
  }

  @Override
  public void close() {
    ServerProcess current = current();
    if (current != null) {
      current.close();
    }
  }

  @Override
  public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
    return SdkJson.INSTANCE.convertValue(data, type);
  }

  @Override
  public List<String> protocolVersions() {
    return VERSIONS;
  }

  /** Every version of the protocol that is spoken, the newest last. */
  static final List<String> VERSIONS =
      List.of(
          ProtocolVersions.MCP_2024_11_05,
          ProtocolVersions.MCP_2025_03_26,
          ProtocolVersions.MCP_2025_06_18,
          ProtocolVersions.MCP_2025_11_25);
}

package ai.stigmer.temporal.original;

import static java.util.Objects.requireNonNull;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.AgentId;
import ai.stigmer.agentic.agent.v1.AgentQueryControllerGrpc;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionCommandControllerGrpc;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionUpdateStatusInput;
import ai.stigmer.agentic.agentexecution.v1.ListAgentExecutionsBySessionRequest;
import ai.stigmer.agentic.agentinstance.v1.AgentInstance;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceId;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceQueryControllerGrpc;
import ai.stigmer.agentic.environment.v1.Environment;
import ai.stigmer.agentic.environment.v1.EnvironmentQueryControllerGrpc;
import ai.stigmer.agentic.mcpserver.v1.McpServer;
import ai.stigmer.agentic.mcpserver.v1.McpServerQueryControllerGrpc;
import ai.stigmer.agentic.session.v1.Session;
import ai.stigmer.agentic.session.v1.SessionId;
import ai.stigmer.agentic.session.v1.SessionQueryControllerGrpc;
import ai.stigmer.agentic.skill.v1.GetArtifactRequest;
import ai.stigmer.agentic.skill.v1.Skill;
import ai.stigmer.agentic.skill.v1.SkillQueryControllerGrpc;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import ai.stigmer.graphton.cancel.CancelToken;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.model.Secret;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The Stigmer server that a worker serves, over gRPC. Each call has a deadline; what fails for a
 * reason that may pass is asked again.
 *
 * <p>Thread contract: thread-safe; calls block.
 */
final class Backend implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int LARGEST_ANSWER = 64 << 20;
  private static final int MOST_EXECUTIONS = 1_000;
  private static final int LONGEST_WORDS = 300;
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final ManagedChannel channel;
  private final Channel calls;
  private final String endpoint;
  private final Optional<Secret> key;

  private Backend(ManagedChannel channel, String endpoint, Optional<Secret> key) {
    this.channel = channel;
    this.endpoint = endpoint;
    this.key = key;
    this.calls =
        ClientInterceptors.intercept(
            channel, MetadataUtils.newAttachHeadersInterceptor(headers(key)));
  }

  /**
   * Opens a connection, which is made when it is used first.
   *
   * @param endpoint a URL, or host and port; then over TLS when the port is 443
   * @throws ProblemException {@code E169} when that is no address
   */
  static Backend open(String endpoint, Optional<Secret> key) {
    String address = endpoint.replaceFirst("^https?://", "").replaceFirst("/$", "");
    if (!address.matches("([^/:\\s]+|\\[[0-9a-fA-F:.]+])(:[0-9]{1,5})")) {
      throw Problem.of(
              "E169",
              Problem.Category.CONFIGURATION,
              "backend.endpoint is no host and port: \"" + endpoint + "\"")
          .help("for example STIGMER_BACKEND_ENDPOINT=localhost:50051")
          .asException();
    }
    ManagedChannelBuilder<?> builder =
        ManagedChannelBuilder.forTarget(address).maxInboundMessageSize(LARGEST_ANSWER);
    return new Backend(
        (isEncrypted(endpoint) ? builder.useTransportSecurity() : builder.usePlaintext()).build(),
        address,
        key);
  }

  /** Whether calls to that address go over TLS. */
  static boolean isEncrypted(String endpoint) {
    return endpoint.startsWith("https://")
        || (endpoint.endsWith(":443") && !endpoint.startsWith("http://"));
  }

  private static Metadata headers(Optional<Secret> key) {
    var headers = new Metadata();
    key.ifPresent(secret -> headers.put(AUTHORIZATION, "Bearer " + secret.reveal()));
    return headers;
  }

  Session session(String id, CancelToken token) {
    return asked(
        "session " + id,
        token,
        () ->
            timed(SessionQueryControllerGrpc.newBlockingStub(calls))
                .get(SessionId.newBuilder().setValue(id).build()));
  }

  AgentInstance instance(String id, CancelToken token) {
    return asked(
        "agent instance " + id,
        token,
        () ->
            timed(AgentInstanceQueryControllerGrpc.newBlockingStub(calls))
                .get(AgentInstanceId.newBuilder().setValue(id).build()));
  }

  Agent agent(String id, CancelToken token) {
    return asked(
        "agent " + id,
        token,
        () ->
            timed(AgentQueryControllerGrpc.newBlockingStub(calls))
                .get(AgentId.newBuilder().setValue(id).build()));
  }

  Skill skill(ApiResourceReference reference, CancelToken token) {
    return asked(
        "skill " + reference.getSlug(),
        token,
        () -> timed(SkillQueryControllerGrpc.newBlockingStub(calls)).getByReference(reference));
  }

  ByteString artifact(String storageKey, CancelToken token) {
    return asked(
        "artifact " + storageKey,
        token,
        () ->
            timed(SkillQueryControllerGrpc.newBlockingStub(calls))
                .getArtifact(
                    GetArtifactRequest.newBuilder().setArtifactStorageKey(storageKey).build())
                .getArtifact());
  }

  Environment environment(ApiResourceReference reference, CancelToken token) {
    return asked(
        "environment " + reference.getSlug(),
        token,
        () ->
            timed(EnvironmentQueryControllerGrpc.newBlockingStub(calls)).getByReference(reference));
  }

  McpServer mcpServer(ApiResourceReference reference, CancelToken token) {
    return asked(
        "MCP server " + reference.getSlug(),
        token,
        () -> timed(McpServerQueryControllerGrpc.newBlockingStub(calls)).getByReference(reference));
  }

  /**
   * The executions of a session, in whatever order the server has; the first thousand of them.
   *
   * @return empty when the server cannot list them
   */
  Optional<List<AgentExecution>> executions(String session, CancelToken token) {
    var request =
        ListAgentExecutionsBySessionRequest.newBuilder()
            .setSessionId(session)
            .setPageSize(MOST_EXECUTIONS)
            .build();
    return asked(
        "executions of session " + session,
        token,
        () -> {
          try {
            return Optional.of(
                timed(AgentExecutionQueryControllerGrpc.newBlockingStub(calls))
                    .listBySession(request)
                    .getEntriesList());
          } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Code.UNIMPLEMENTED) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  /**
   * Reports a status, once.
   *
   * @throws StatusRuntimeException when the server does not take it
   */
  void updateStatus(String execution, AgentExecutionStatus status) {
    var _ =
        timed(AgentExecutionCommandControllerGrpc.newBlockingStub(calls))
            .updateStatus(
                AgentExecutionUpdateStatusInput.newBuilder()
                    .setExecutionId(execution)
                    .setStatus(status)
                    .build());
  }

  /** Whether the same call may succeed later. */
  static boolean mayPass(StatusRuntimeException failure) {
    return switch (failure.getStatus().getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED -> true;
      default -> false;
    };
  }

  private static <S extends AbstractStub<S>> S timed(S stub) {
    return stub.withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private <T> T asked(String what, CancelToken token, Supplier<T> call) {
    long last = System.nanoTime() + PATIENCE.toNanos();
    var pause = new Pause(token);
    while (true) {
      try {
        return call.get();
      } catch (StatusRuntimeException e) {
        if (!mayPass(e) || System.nanoTime() - last > 0 || !pause.next()) {
          throw failed(what, e);
        }
      }
    }
  }

  private ProblemException failed(String what, StatusRuntimeException e) {
    String code = e.getStatus().getCode().name();
    String words = words(e);
    if (mayPass(e)) {
      return Problem.of(
              "E579",
              Problem.Category.RUN,
              "the Stigmer server cannot be reached for " + what + ": " + code + words)
          .from("backend.endpoint " + endpoint)
          .help("start it, or name its address: STIGMER_BACKEND_ENDPOINT=HOST:PORT")
          .asException();
    }
    return switch (e.getStatus().getCode()) {
      case UNAUTHENTICATED, PERMISSION_DENIED ->
          Problem.of(
                  "E596",
                  Problem.Category.CREDENTIALS,
                  "the Stigmer server refuses " + what + ": " + code + words)
              .from(key.map(secret -> "backend.api_key " + secret).orElse("backend.api_key: unset"))
              .help("give the worker a key that may read it: STIGMER_API_KEY=…")
              .asException();
      default ->
          Problem.of(
                  "E596",
                  Problem.Category.RUN,
                  "the Stigmer server does not give " + what + ": " + code + words)
              .from("backend.endpoint " + endpoint)
              .help("is it still there? store it, and start the execution again")
              .asException();
    };
  }

  /** Why a call failed, in the server's words, without the key. */
  String words(StatusRuntimeException e) {
    String said = e.getStatus().getDescription();
    if (said == null || said.isBlank()) {
      return "";
    }
    String safe = key.map(secret -> said.replace(secret.reveal(), "[redacted]")).orElse(said);
    return ", " + safe.substring(0, Math.min(safe.length(), LONGEST_WORDS));
  }

  /** Host and port. */
  String endpoint() {
    return requireNonNull(endpoint, "endpoint is null");
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}

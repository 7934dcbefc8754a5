package ai.stigmer.temporal;

import ai.stigmer.agentic.agent.v1.Agent;
import ai.stigmer.agentic.agent.v1.AgentId;
import ai.stigmer.agentic.agent.v1.AgentQueryControllerGrpc;
import ai.stigmer.agentic.agent.v1.AgentSpec;
import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionCommandControllerGrpc;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionList;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionQueryControllerGrpc;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionUpdateStatusInput;
import ai.stigmer.agentic.agentexecution.v1.ListAgentExecutionsBySessionRequest;
import ai.stigmer.agentic.agentinstance.v1.AgentInstance;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceId;
import ai.stigmer.agentic.agentinstance.v1.AgentInstanceQueryControllerGrpc;
import ai.stigmer.agentic.environment.v1.Environment;
import ai.stigmer.agentic.environment.v1.EnvironmentQueryControllerGrpc;
import ai.stigmer.agentic.environment.v1.EnvironmentSpec;
import ai.stigmer.agentic.environment.v1.EnvironmentValue;
import ai.stigmer.agentic.session.v1.Session;
import ai.stigmer.agentic.session.v1.SessionId;
import ai.stigmer.agentic.session.v1.SessionQueryControllerGrpc;
import ai.stigmer.agentic.skill.v1.GetArtifactRequest;
import ai.stigmer.agentic.skill.v1.GetArtifactResponse;
import ai.stigmer.agentic.skill.v1.Skill;
import ai.stigmer.agentic.skill.v1.SkillQueryControllerGrpc;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.commons.apiresource.ApiResourceReference;
import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A Stigmer server with one session, one instance and one agent, over gRPC on loopback. */
final class FakeBackend implements AutoCloseable {
  static final String KEY = "stk-canary-0123456789";
  static final String SESSION = "ses_1";
  private static final String INSTANCE = "ain_1";
  private static final String AGENT = "agt_1";

  private final io.grpc.Server server;
  private final Map<String, AgentExecution> executions = new ConcurrentHashMap<>();
  private final List<AgentExecutionUpdateStatusInput> updates = new CopyOnWriteArrayList<>();
  private final List<String> methods = new CopyOnWriteArrayList<>();
  private final Map<String, Skill> skills = new ConcurrentHashMap<>();
  private final Map<String, ByteString> artifacts = new ConcurrentHashMap<>();
  private final Map<String, Environment> environments = new ConcurrentHashMap<>();
  private volatile @Nullable Status failure;
  private volatile Agent agent =
      Agent.newBuilder()
          .setMetadata(ApiResourceMetadata.newBuilder().setId(AGENT).setSlug("helper"))
          .setSpec(AgentSpec.newBuilder().setInstructions("Help with whatever is asked."))
          .build();
  private volatile AgentInstance instance = instanceOf(List.of());

  FakeBackend() {
    try {
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .intercept(new Gate())
              .addService(new Sessions())
              .addService(new Instances())
              .addService(new Agents())
              .addService(new Skills())
              .addService(new Environments())
              .addService(new Lists())
              .addService(new Reports())
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }

  /** Changes the agent's spec. */
  void agent(UnaryOperator<AgentSpec.Builder> change) {
    agent = agent.toBuilder().setSpec(change.apply(agent.getSpec().toBuilder())).build();
  }

  /** The environments of the instance, in this order. */
  void environments(SequencedMap<String, EnvironmentSpec> given) {
    given.forEach(
        (slug, spec) -> environments.put(slug, Environment.newBuilder().setSpec(spec).build()));
    instance = instanceOf(given.keySet().stream().map(FakeBackend::named).toList());
  }

  static EnvironmentSpec variable(String name, String value, boolean secret) {
    return EnvironmentSpec.newBuilder()
        .putData(name, EnvironmentValue.newBuilder().setValue(value).setIsSecret(secret).build())
        .build();
  }

  void skill(String slug, Skill skill, ByteString artifact) {
    skills.put(slug, skill);
    artifacts.put(skill.getStatus().getArtifactStorageKey(), artifact);
  }

  static ApiResourceReference named(String slug) {
    return ApiResourceReference.newBuilder().setSlug(slug).build();
  }

  /** Remembers an execution, so that it is in the list of its session. */
  void knows(AgentExecution execution) {
    executions.put(execution.getMetadata().getId(), execution);
  }

  /** Every call fails with that from now on. */
  void fail(Status status) {
    failure = status;
  }

  /** Calls are answered again. */
  void recover() {
    failure = null;
  }

  List<String> methods() {
    return List.copyOf(methods);
  }

  List<AgentExecutionStatus> updates(String execution) {
    return updates.stream()
        .filter(update -> update.getExecutionId().equals(execution))
        .map(AgentExecutionUpdateStatusInput::getStatus)
        .toList();
  }

  private static AgentInstance instanceOf(List<ApiResourceReference> references) {
    AgentInstance.Builder instance = AgentInstance.newBuilder();
    instance.getSpecBuilder().setAgentId(AGENT).addAllEnvironmentRefs(references);
    return instance.build();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      boolean _ = server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets in who has the key, while the server is not down. */
  private final class Gate implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String given =
          headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER));
      Status refusal =
          ("Bearer " + KEY).equals(given)
              ? failure
              : Status.UNAUTHENTICATED.withDescription("the key is wrong: " + given);
      if (refusal != null) {
        call.close(refusal, new Metadata());
        return new ServerCall.Listener<>() {};
      }
      methods.add(call.getMethodDescriptor().getBareMethodName());
      return next.startCall(call, headers);
    }
  }

  private static <T> void answer(StreamObserver<T> to, @Nullable T value) {
    if (value == null) {
      to.onError(Status.NOT_FOUND.withDescription("no such thing").asRuntimeException());
      return;
    }
    to.onNext(value);
    to.onCompleted();
  }

  private static final class Sessions
      extends SessionQueryControllerGrpc.SessionQueryControllerImplBase {
    @Override
    public void get(SessionId id, StreamObserver<Session> to) {
      Session.Builder session = Session.newBuilder();
      session.getSpecBuilder().setAgentInstanceId(INSTANCE);
      answer(to, id.getValue().equals(SESSION) ? session.build() : null);
    }
  }

  private final class Instances
      extends AgentInstanceQueryControllerGrpc.AgentInstanceQueryControllerImplBase {
    @Override
    public void get(AgentInstanceId id, StreamObserver<AgentInstance> to) {
      answer(to, id.getValue().equals(INSTANCE) ? instance : null);
    }
  }

  private final class Agents extends AgentQueryControllerGrpc.AgentQueryControllerImplBase {
    @Override
    public void get(AgentId id, StreamObserver<Agent> to) {
      answer(to, id.getValue().equals(AGENT) ? agent : null);
    }
  }

  private final class Skills extends SkillQueryControllerGrpc.SkillQueryControllerImplBase {
    @Override
    public void getByReference(ApiResourceReference reference, StreamObserver<Skill> to) {
      answer(to, skills.get(reference.getSlug()));
    }

    @Override
    public void getArtifact(GetArtifactRequest request, StreamObserver<GetArtifactResponse> to) {
      ByteString archive = artifacts.get(request.getArtifactStorageKey());
      answer(
          to,
          archive == null ? null : GetArtifactResponse.newBuilder().setArtifact(archive).build());
    }
  }

  private final class Environments
      extends EnvironmentQueryControllerGrpc.EnvironmentQueryControllerImplBase {
    @Override
    public void getByReference(ApiResourceReference reference, StreamObserver<Environment> to) {
      answer(to, environments.get(reference.getSlug()));
    }
  }

  private final class Lists
      extends AgentExecutionQueryControllerGrpc.AgentExecutionQueryControllerImplBase {
    @Override
    public void listBySession(
        ListAgentExecutionsBySessionRequest request, StreamObserver<AgentExecutionList> to) {
      answer(
          to,
          AgentExecutionList.newBuilder()
              .addAllEntries(
                  executions.values().stream()
                      .filter(one -> one.getSpec().getSessionId().equals(request.getSessionId()))
                      .toList())
              .build());
    }
  }

  private final class Reports
      extends AgentExecutionCommandControllerGrpc.AgentExecutionCommandControllerImplBase {
    @Override
    public void updateStatus(
        AgentExecutionUpdateStatusInput input, StreamObserver<AgentExecution> to) {
      updates.add(input);
      answer(
          to,
          executions
              .getOrDefault(input.getExecutionId(), AgentExecution.getDefaultInstance())
              .toBuilder()
              .setStatus(input.getStatus())
              .build());
    }
  }
}

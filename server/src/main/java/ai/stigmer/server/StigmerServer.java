package ai.stigmer.server;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.server.console.Console;
import ai.stigmer.server.console.Login;
import ai.stigmer.server.guard.Audit;
import ai.stigmer.server.guard.BearerToken;
import ai.stigmer.server.guard.ConsoleDoor;
import ai.stigmer.server.guard.ConsoleSessions;
import ai.stigmer.server.guard.Guard;
import ai.stigmer.server.guard.OpenRequests;
import ai.stigmer.server.guard.RouteScopes;
import ai.stigmer.server.guard.Scope;
import ai.stigmer.server.guard.TokenFile;
import ai.stigmer.server.guard.TokenList;
import ai.stigmer.server.guard.TokenWatch;
import ai.stigmer.server.http.Acceptor;
import ai.stigmer.server.http.Newcomers;
import ai.stigmer.server.http.Paths;
import ai.stigmer.server.http.Probes;
import ai.stigmer.server.http.ProblemAnswers;
import ai.stigmer.server.http.RateLimit;
import ai.stigmer.server.http.Ready;
import ai.stigmer.server.http.StrictJson;
import ai.stigmer.server.metrics.MetricsPath;
import ai.stigmer.server.openai.Chat;
import ai.stigmer.server.openai.Models;
import ai.stigmer.server.rpc.Errors;
import ai.stigmer.server.rpc.RequestCheck;
import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.Route;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerListener;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * The daemon: one port, and the runs behind it.
 *
 * <p>Thread contract: thread-safe; {@link #start} and {@link #close} block.
 */
public final class StigmerServer implements AutoCloseable {
  private static final int LARGEST_REQUEST = 20 << 20;
  private static final int MOST_CONNECTIONS = 1_000;
  private static final int MOST_STREAMS = 1_000;
  private static final double REQUESTS_A_SECOND = 500;
  private static final Duration REQUEST = Duration.ofSeconds(60);
  private static final Duration NEWCOMER = Duration.ofSeconds(30);
  private static final Duration IDLE = Duration.ofMinutes(5);
  private static final Duration SHUTDOWN = Duration.ofSeconds(2);

  private final Server http;
  private final Backend backend;
  private final HealthStatusManager health;
  private final Ready ready;
  private final RouteScopes scopes;
  private final ServerLog log;
  private boolean closed;

  private StigmerServer(
      Server http,
      Backend backend,
      HealthStatusManager health,
      Ready ready,
      RouteScopes scopes,
      ServerLog log) {
    this.ready = ready;
    this.scopes = scopes;
    this.http = http;
    this.backend = backend;
    this.health = health;
    this.log = log;
  }

  /**
   * Starts a server and picks up the runs of the one before it.
   *
   * @throws ProblemException {@code E563} when it would be open to other machines in the clear,
   *     {@code E168} when its certificate cannot be used, {@code E564} when its address cannot be
   *     had, {@code E562} for its token file; or when journal or resources cannot be used
   */
  public static StigmerServer start(ServerOptions options, ServerLog log, InstantSource clock) {
    return start(options, new Driving.Here(), log, clock);
  }

  /** The same with runs driven there. */
  public static StigmerServer start(
      ServerOptions options, Driving driving, ServerLog log, InstantSource clock) {
    options.requireSafe();
    Backend backend = Backend.open(options, driving, log, clock);
    try {
      var token =
          new BearerToken(
              TokenFile.in(options.home().resolve("server.token")),
              TokenList.in(options.home(), clock));
      var health = new HealthStatusManager();
      Ready ready = backend.ready(options);
      var scopes = new RouteScopes();
      Server http = http(options, backend, token, health, ready, scopes, log, clock);
      var server = new StigmerServer(http, backend, health, ready, scopes, log);
      backend.executions().pickUp();
      log.info("server.started", "address", server.address());
      return server;
    } catch (RuntimeException e) {
      backend.close();
      throw e;
    }
  }

  private static Server http(
      ServerOptions options,
      Backend backend,
      BearerToken token,
      HealthStatusManager health,
      Ready ready,
      RouteScopes scopes,
      ServerLog log,
      InstantSource clock) {
    ServerBuilder builder = at(options);
    var answers = new ProblemAnswers(log);
    var models = new Models(backend.shelves().agents());
    var http =
        new HttpApi(
            Paths.of(backend.services(new Errors(log))),
            backend.events(log),
            ready,
            new MetricsPath(backend.metrics()),
            models,
            new Chat(backend.events(log), models, clock, options.maxRuns()),
            backend.remote(log));
    http.addTo(builder);
    List<ServerServiceDefinition> services = backend.services(new Errors(log));
    ContractScopes.fill(scopes, with(services, health), http.operations(), http.extras());
    scopes.open(Probes.LIVE).open(Probes.READY).put("POST", Login.CODES, Scope.READ);
    var sessions = new ConsoleSessions(token, clock);
    var login = new Login(sessions);
    new Console(backend.console(options, log, clock), login).addTo(builder);
    var open = new OpenRequests();
    var audit = new Audit(log);
    var watch = new TokenWatch(TokenList.in(options.home(), clock), clock, log, audit);
    var console =
        new ConsoleDoor(
            sessions,
            options.isReachedByTls() ? "https" : "http",
            Console.OPEN,
            (ctx, request) -> login.locked(),
            open,
            audit);
    Server server =
        limited(builder)
            .verboseResponses(false)
            .disableServerHeader()
            .disableDateHeader()
            .errorHandler(answers)
            .service(grpc(services, http, answers, health, new Errors(log)))
            .decorator(http.form())
            .decorator(new RateLimit(REQUESTS_A_SECOND))
            .decorator(new Guard(List.of(token), scopes, options::hosts, console, open, audit))
            .serverListener(
                ServerListener.builder()
                    .whenStarted(started -> open.start())
                    .whenStarted(started -> watch.start())
                    .whenStopping(stopping -> open.close())
                    .whenStopping(stopping -> watch.close())
                    .build())
            .build();
    begin(server, options.address());
    return server;
  }

  private static ServerBuilder limited(ServerBuilder builder) {
    return builder
        .maxRequestLength(LARGEST_REQUEST)
        .maxNumConnections(MOST_CONNECTIONS)
        .http2MaxStreamsPerConnection(MOST_STREAMS)
        .requestTimeout(REQUEST)
        .idleTimeout(IDLE)
        .gracefulShutdownTimeout(Duration.ZERO, SHUTDOWN)
        .bossGroupFactory(Acceptor::new)
        .childChannelPipelineCustomizer(new Newcomers(NEWCOMER)::meet);
  }

  private static ServerBuilder at(ServerOptions options) {
    ServerBuilder builder = Server.builder();
    if (options.tls().isPresent()) {
      return builder
          .port(options.address(), SessionProtocol.HTTPS)
          .tls(options.tls().get().keyPair());
    }
    return builder.port(options.address(), SessionProtocol.HTTP);
  }

  private static void begin(Server http, InetSocketAddress address) {
    try {
      var _ = http.start().join();
    } catch (CompletionException e) {
      String why = String.valueOf(e.getCause());
      boolean taken = e.getCause() instanceof BindException && why.contains("in use");
      throw new ProblemException(
          Problem.of(
                  "E564",
                  Problem.Category.CONFIGURATION,
                  "the server cannot listen on "
                      + address.getHostString()
                      + ":"
                      + address.getPort())
              .from(taken ? "something else listens there" : why)
              .help("stigmer server status", "or choose another port: --address 127.0.0.1:PORT"),
          e);
    }
  }

  /** Those of gRPC itself as well. */
  private static List<ServerServiceDefinition> with(
      List<ServerServiceDefinition> services, HealthStatusManager health) {
    var all = new ArrayList<>(services);
    all.add(ProtoReflectionServiceV1.newInstance().bindService());
    all.add(health.getHealthService().bindService());
    return List.copyOf(all);
  }

  private static GrpcService grpc(
      List<ServerServiceDefinition> services,
      HttpApi http,
      ProblemAnswers answers,
      HealthStatusManager health,
      Errors errors) {
    GrpcServiceBuilder builder =
        GrpcService.builder()
            .supportedSerializationFormats(
                GrpcSerializationFormats.PROTO, GrpcSerializationFormats.JSON)
            .enableHttpJsonTranscoding(http.transcoding(answers))
            .jsonMarshallerFactory(StrictJson::new)
            .maxRequestMessageLength(LARGEST_REQUEST)
            .intercept(new RequestCheck())
            .useBlockingTaskExecutor(true)
            .exceptionHandler((ctx, status, cause, metadata) -> told(ctx, status, cause, errors))
            .addService(ProtoReflectionServiceV1.newInstance())
            .addService(health.getHealthService());
    services.forEach(builder::addService);
    return builder.build();
  }

  /** A caller who goes away is no bug, and neither is one who sends what cannot be read. */
  private static Status told(RequestContext ctx, Status status, Throwable cause, Errors errors) {
    if (status.getCode() != Status.Code.UNKNOWN && status.getCode() != Status.Code.INTERNAL) {
      return status;
    }
    if (Exceptions.isStreamCancelling(cause) || Exceptions.isExpected(cause)) {
      return Status.CANCELLED;
    }
    if (RequestCheck.isUnreadable(ctx, status)) {
      return RequestCheck.unreadable();
    }
    return status.getCode() == Status.Code.UNKNOWN
        ? errors.of(ctx.path(), cause).getStatus()
        : status;
  }

  /** What is behind the port. */
  Backend backend() {
    return backend;
  }

  /** The port that it listens on. */
  public int port() {
    return http.activeLocalPort();
  }

  /** Every route that it serves, as Armeria knows it. */
  List<Route> routes() {
    return http.serviceConfigs().stream().map(ServiceConfig::route).toList();
  }

  /** What each route asks of its caller. */
  RouteScopes scopes() {
    return scopes;
  }

  /** Where it is reached on this machine, as a URL has it. */
  public String address() {
    var port = http.activePort();
    return port == null
        ? ""
        : host(port.localAddress().getAddress()) + ":" + port.localAddress().getPort();
  }

  /** No address of all is one to call. */
  private static String host(InetAddress address) {
    if (address.isAnyLocalAddress()) {
      return "127.0.0.1";
    }
    return address instanceof Inet6Address
        ? "[" + address.getHostAddress() + "]"
        : address.getHostAddress();
  }

  /**
   * Takes no more work, lets runs stop between two steps, and ends. They go on when a server is
   * started again.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    log.info("server.draining", "executions", String.valueOf(backend.executions().underWay()));
    health.enterTerminalState();
    ready.drain();
    backend.executions().close();
    http.close();
    backend.close();
    log.info("server.ended");
  }
}

package ai.stigmer.server;

import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.config.Cascade;
import ai.stigmer.config.Resolved;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.runner.CatalogPrices;
import ai.stigmer.runner.EmbeddedEngine;
import ai.stigmer.runner.ExecutionDriver;
import ai.stigmer.runner.KnownSecrets;
import ai.stigmer.runner.RedactedInbox;
import ai.stigmer.runner.Runner;
import ai.stigmer.runner.trace.RunObserver;
import ai.stigmer.server.console.Sources;
import ai.stigmer.server.console.page.Choice;
import ai.stigmer.server.desk.Desk;
import ai.stigmer.server.desk.DeskPaths;
import ai.stigmer.server.events.Bell;
import ai.stigmer.server.events.RunEvents;
import ai.stigmer.server.events.RunFeedPath;
import ai.stigmer.server.events.RunTails;
import ai.stigmer.server.http.OpenApi.Extra;
import ai.stigmer.server.http.Ready;
import ai.stigmer.server.http.Ready.Need;
import ai.stigmer.server.http.Ready.Part;
import ai.stigmer.server.metrics.RunMetrics;
import ai.stigmer.server.resource.Shelves;
import ai.stigmer.server.rpc.Errors;
import ai.stigmer.server.run.Engines;
import ai.stigmer.server.run.Executions;
import ai.stigmer.server.run.Launch;
import ai.stigmer.server.run.RunOrigin;
import ai.stigmer.server.skill.SkillShelf;
import ai.stigmer.store.Owners;
import ai.stigmer.store.PostgresJournal;
import ai.stigmer.store.SqliteJournal;
import ai.stigmer.store.resource.ResourceStore;
import ai.stigmer.store.resource.Resources;
import ai.stigmer.store.resource.Vault;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import io.grpc.ServerServiceDefinition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** Everything behind the port: journal, resources, runs. */
record Backend(
    ResourceStore store,
    Runner runner,
    Shelves shelves,
    SkillShelf skills,
    Launch launch,
    Executions executions,
    Journal journal,
    Bell bell,
    RunMetrics metrics,
    RunTails tails,
    RunOrigin origin,
    String engine)
    implements AutoCloseable {
  private static final String KEY = "STIGMER_SERVER_KEY";

  /** Opens what the options name. */
  static Backend open(ServerOptions options, Driving driving, ServerLog log, InstantSource clock) {
    Vault vault = vault(options);
    Journal bare = journal(options.database(), log, clock);
    ResourceStore store = resources(options.database(), vault, bare);
    Shelves shelves = Shelves.of(store, clock);
    Journal journal =
        new RedactedInbox(
            bare, KnownSecrets.in(options.env()), run -> Launch.redactor(shelves, run));
    var skills = new SkillShelf(shelves.skills(), store, clock);
    Map<String, String> env = options.env();
    Runner plain = plain(options, driving, journal, log);
    var launch =
        new Launch(
            shelves,
            skills,
            journal,
            plain,
            new Launch.Surroundings(options.configuration(), env, options.workspaces()));
    Runner runner = plain.lending(launch::secrets);
    var bell = new Bell();
    var metrics = new RunMetrics();
    var tails = new RunTails();
    Engines engines =
        switch (driving) {
          case Driving.Here _ ->
              here(
                  options,
                  here(options, runner, List.of(bell::saw, metrics::saw, tails::saw)),
                  new Engines.Fleet(store, bell::ring));
          case Driving.Elsewhere fleet ->
              new Engines.Elsewhere(fleet.engine(), new Engines.Fleet(store, bell::ring));
        };
    Executions executions;
    try {
      executions = new Executions(shelves, launch, journal, engines, clock, log);
    } catch (RuntimeException e) {
      runner.close();
      store.close();
      throw e;
    }
    var backend =
        new Backend(
            store,
            runner,
            shelves,
            skills,
            launch,
            executions,
            journal,
            bell,
            metrics,
            tails,
            new RunOrigin(runner, options.configuration(), env),
            words(driving, options));
    backend.gauges();
    return backend;
  }

  /** Without the variables of executions. */
  private static Runner plain(
      ServerOptions options, Driving driving, Journal journal, ServerLog log) {
    return keeping(
        driving,
        new Runner(
                journal,
                Owners.current(),
                options.env(),
                Optional.of(options.home().resolve("probes")))
            .observed(
                RunObserver.of(
                    Cascade.resolve(options.configuration()).telemetry(), log::untraced)));
  }

  private static String words(Driving driving, ServerOptions options) {
    return switch (driving) {
      case Driving.Here _ -> "embedded, at most " + options.maxRuns() + " runs at once";
      case Driving.Elsewhere _ -> "Temporal; workers drive the runs";
    };
  }

  private static Runner keeping(Driving driving, Runner runner) {
    return switch (driving) {
      case Driving.Here _ -> runner;
      case Driving.Elsewhere fleet -> fleet.workspaces().map(runner::keeping).orElse(runner);
    };
  }

  /** Servers with one database among them drive its runs together. */
  private static Engines here(ServerOptions options, Engines.Here here, Engines.Fleet fleet) {
    return switch (options.database()) {
      case ServerOptions.Database.Files _ -> here;
      case ServerOptions.Database.Postgres _ -> new Engines.AnyServer(here, fleet);
    };
  }

  private static Engines.Here here(
      ServerOptions options, Runner runner, List<BiConsumer<String, AgentEvent>> others) {
    return (listener, failed) ->
        new EmbeddedEngine(
            new ExecutionDriver(runner, options.configuration(), options.env()),
            others.stream().reduce(listener, BiConsumer::andThen),
            failed,
            options.maxRuns());
  }

  private static Journal journal(
      ServerOptions.Database database, ServerLog log, InstantSource clock) {
    return switch (database) {
      case ServerOptions.Database.Files files -> SqliteJournal.open(files.journal(), clock);
      case ServerOptions.Database.Postgres postgres ->
          PostgresJournal.open(postgres.url(), clock, note -> log.warn("database", "note", note));
    };
  }

  /** Closes the journal when there is none. */
  private static ResourceStore resources(
      ServerOptions.Database database, Vault vault, Journal journal) {
    try {
      return resources(database, vault);
    } catch (RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  static ResourceStore resources(ServerOptions.Database database, Vault vault) {
    return switch (database) {
      case ServerOptions.Database.Files files ->
          Resources.sqlite(files.journal().resolveSibling("server.db"), vault);
      case ServerOptions.Database.Postgres postgres -> Resources.postgresql(postgres.url(), vault);
    };
  }

  private static Vault vault(ServerOptions options) {
    Resolved resolved = Cascade.resolve(options.configuration());
    return resolved
        .server()
        .key()
        .map(key -> vault(key, resolved.location("server.key").orElse(KEY)))
        .orElseGet(() -> Vault.in(options.home().resolve("server.key")));
  }

  private static Vault vault(Secret key, String place) {
    return Vault.of(key.reveal(), place);
  }

  /**
   * The vault of a server that may be on another machine; never with a new key.
   *
   * @param key that was configured
   * @throws ai.stigmer.graphton.error.ProblemException {@code E552}
   */
  static Vault knownVault(Path home, Optional<Secret> key) {
    Path file = home.resolve("server.key");
    if (key.isPresent()) {
      return vault(key.get(), KEY);
    }
    if (Files.exists(file)) {
      return Vault.in(file);
    }
    throw Problem.of(
            "E552",
            Problem.Category.CONFIGURATION,
            "the server's key is not here, and this run needs what it locks")
        .from(KEY + " is not set, and there is no " + file)
        .help("give each worker the key that the servers have: " + KEY)
        .asException();
  }

  RunEvents.Source events(ServerLog log) {
    return new RunEvents.Source(executions, journal, bell, log);
  }

  /** What the console shows. */
  Sources console(ServerOptions options, ServerLog log, InstantSource clock) {
    String version = Backend.class.getPackage().getImplementationVersion();
    String storage =
        switch (options.database()) {
          case ServerOptions.Database.Files files -> "SQLite, " + files.journal();
          case ServerOptions.Database.Postgres postgres -> "PostgreSQL, " + postgres.url().shown();
        };
    return new Sources(
        shelves,
        events(log),
        ready(options),
        new CatalogPrices(List.of()),
        options.configuration(),
        List.of(
            new Choice("Version", version == null ? "development" : version),
            new Choice("Java", String.valueOf(Runtime.version().feature())),
            new Choice("Storage", storage),
            new Choice("Engine", engine),
            new Choice("Workspaces", options.workspaces().toString())),
        clock);
  }

  /** What command lines elsewhere ask and say. */
  Map<Extra, HttpService> remote(ServerLog log) {
    var paths = new LinkedHashMap<>(DeskPaths.of(new Desk(journal, shelves, executions, tails)));
    paths.put(
        new Extra(
            "GET",
            "/api/executions/{id}/feed",
            "A run's own events, as the terminal that runs it has them.",
            MediaType.EVENT_STREAM.toString()),
        new RunFeedPath(new RunFeedPath.Source(events(log), tails, origin::of)));
    return paths;
  }

  private void gauges() {
    for (ExecutionPhase phase : ExecutionPhase.values()) {
      if (phase != ExecutionPhase.UNRECOGNIZED
          && phase != ExecutionPhase.EXECUTION_PHASE_UNSPECIFIED) {
        metrics.gauge(
            "stigmer.executions",
            "Executions by phase.",
            shelves,
            all -> all.executions().list(Set.of("phase=" + phase.name()), 1, "").total(),
            "phase",
            phase.name());
      }
    }
    metrics.gauge(
        "stigmer.executions.live",
        "Executions that run or wait for their turn in this process.",
        executions,
        Executions::underWay);
    metrics.gauge(
        "stigmer.executions.beginning",
        "Executions that wait to begin, because others do so.",
        executions,
        Executions::waitingToBegin);
    metrics.gauge(
        "stigmer.subscribers", "Readers of executions.", executions, Executions::subscribers);
    metrics.gauge(
        "stigmer.subscriber.states.skipped",
        "States that readers were too slow for.",
        executions,
        Executions::skippedStates);
  }

  /** What the server works with. Runs of a model that is not there fail one by one. */
  Ready ready(ServerOptions options) {
    var parts = new ArrayList<Part>();
    parts.add(Part.of("journal", Need.NEEDED, () -> journal.list(1)));
    parts.add(Part.of("resources", Need.NEEDED, () -> shelves.agents().list(Set.of(), 1, "")));
    parts.addAll(ReadyParts.wanted(options, executions::trouble));
    // While it is away, executions are taken and wait for it.
    runner
        .workspaces()
        .ifPresent(kept -> parts.add(Part.of("workspaces", Need.WANTED, kept::check)));
    return new Ready(parts);
  }

  List<ServerServiceDefinition> services(Errors errors) {
    return new ContractServices(shelves, skills, executions, errors).all();
  }

  @Override
  public void close() {
    try {
      executions.close();
    } finally {
      try {
        runner.close();
      } finally {
        store.close();
      }
    }
  }
}

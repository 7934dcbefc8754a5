package ai.stigmer.server;

import ai.stigmer.config.Cascade;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.model.Secret;
import ai.stigmer.runner.EmbeddedEngine;
import ai.stigmer.runner.ExecutionDriver;
import ai.stigmer.runner.Runner;
import ai.stigmer.server.resource.Shelves;
import ai.stigmer.server.rpc.Errors;
import ai.stigmer.server.run.Executions;
import ai.stigmer.server.run.Launch;
import ai.stigmer.server.skill.SkillShelf;
import ai.stigmer.store.Owners;
import ai.stigmer.store.PostgresJournal;
import ai.stigmer.store.PostgresUrl;
import ai.stigmer.store.SqliteJournal;
import ai.stigmer.store.resource.ResourceStore;
import ai.stigmer.store.resource.Resources;
import ai.stigmer.store.resource.Vault;
import io.grpc.ServerServiceDefinition;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything behind the port: journal, resources, runs. */
record Backend(
    ResourceStore store,
    Runner runner,
    Shelves shelves,
    SkillShelf skills,
    Launch launch,
    Executions executions)
    implements AutoCloseable {

  /** The journal in the home, or where the configuration puts it. */
  private static Journal journal(ServerOptions options, ServerLog log, InstantSource clock) {
    String chosen =
        Cascade.resolve(options.configuration()).databaseUrl().map(Secret::reveal).orElse("");
    if (PostgresUrl.isOne(chosen)) {
      return PostgresJournal.open(
          PostgresUrl.parse(chosen), clock, note -> log.warn("database", "note", note));
    }
    return SqliteJournal.open(
        chosen.isEmpty() ? options.home().resolve("stigmer.db") : Path.of(chosen), clock);
  }

  /** Opens what the options name. */
  static Backend open(ServerOptions options, ServerLog log, InstantSource clock) {
    Journal journal = journal(options, log, clock);
    ResourceStore store;
    try {
      store = Resources.sqlite(options.home().resolve("server.db"), vault(options));
    } catch (RuntimeException e) {
      journal.close();
      throw e;
    }
    Shelves shelves = Shelves.of(store, clock);
    var skills = new SkillShelf(shelves.skills(), store, clock);
    Map<String, String> env = options.env();
    var plain =
        new Runner(journal, Owners.current(), env, Optional.of(options.home().resolve("probes")));
    var launch =
        new Launch(
            shelves,
            skills,
            journal,
            plain,
            new Launch.Surroundings(options.configuration(), env, options.workspaces()));
    Runner runner = plain.lending(launch::secrets);
    var executions =
        new Executions(
            shelves,
            launch,
            journal,
            (listener, failed) ->
                new EmbeddedEngine(
                    new ExecutionDriver(runner, options.configuration(), env),
                    listener,
                    failed,
                    options.maxRuns()),
            clock,
            log);
    return new Backend(store, runner, shelves, skills, launch, executions);
  }

  private static Vault vault(ServerOptions options) {
    String key = options.env().getOrDefault("STIGMER_SERVER_KEY", "").strip();
    return key.isEmpty()
        ? Vault.in(options.home().resolve("server.key"))
        : Vault.of(key, "STIGMER_SERVER_KEY");
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

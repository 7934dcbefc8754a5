package ai.stigmer.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.Agent;
import ai.stigmer.graphton.journal.ForwardingJournal;
import ai.stigmer.graphton.journal.Journal;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.model.ChatModel;
import ai.stigmer.graphton.tool.Tool;
import ai.stigmer.models.scripted.Scenario;
import ai.stigmer.models.scripted.Scenario.Turn;
import ai.stigmer.models.scripted.ScriptedModel;
import ai.stigmer.testkit.crash.EveryCrashPoint;
import ai.stigmer.testkit.crash.Simulation;
import ai.stigmer.testkit.postgres.PostgresServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The crash kit over PostgreSQL: each story is the same as over the journal in memory. */
class PostgresCrashTest {
  private static final int SEEDS = 120;

  private static @Nullable PostgresServer server;
  private static String url = "";
  private static volatile InstantSource clock = InstantSource.system();
  private static volatile Predicate<String> alive = owner -> true;

  /**
   * Who owns the run that is being claimed: the database asks for the process, which is always this
   * one.
   */
  private static final ThreadLocal<String> ASKED_FOR = ThreadLocal.withInitial(() -> "");

  private static @Nullable PostgresJournal journal;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
    url = server.newDatabase();
    journal =
        PostgresJournal.open(
            PostgresUrl.parse(url),
            () -> clock.instant(),
            _ -> {},
            _ -> alive.test(ASKED_FOR.get()),
            Duration.ofSeconds(30));
  }

  @AfterAll
  static void end() {
    if (journal != null) {
      journal.close();
    }
    if (server != null) {
      server.close();
    }
  }

  /** The one journal without its runs; it stays open for the next one. */
  private static Journal empty(InstantSource time, Predicate<String> owners) {
    clock = time;
    alive = owners;
    requireNonNull(server)
        .sql(
            PostgresServer.name(url),
            "TRUNCATE stigmer.executions, stigmer.entries, stigmer.blobs, stigmer.inbox");
    return new ForwardingJournal(requireNonNull(journal)) {
      private final Map<String, String> owned = new ConcurrentHashMap<>();

      @Override
      public JournalWriter create(String runId, String owner) {
        JournalWriter writer = super.create(runId, owner);
        owned.put(runId, owner);
        return writer;
      }

      @Override
      public JournalWriter claim(String runId, String owner) {
        ASKED_FOR.set(owned.getOrDefault(runId, ""));
        JournalWriter writer = super.claim(runId, owner);
        owned.put(runId, owner);
        return writer;
      }

      @Override
      protected JournalWriter around(JournalWriter writer) {
        return writer;
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void everySimulatedStoryIsTheSameAsInMemory() {
    int crashes = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      Simulation.Story story = Simulation.play(seed, PostgresCrashTest::empty);
      assertThat(story).isEqualTo(Simulation.play(seed));
      crashes += story.crashes();
    }
    assertThat(crashes).isGreaterThan(SEEDS / 2);
  }

  @Test
  void anAgentKilledAtEveryPointLosesAndDoublesNothing() {
    EveryCrashPoint.Report report =
        EveryCrashPoint.check(Orders::new, () -> empty(InstantSource.system(), owner -> false));
    assertThat(report.deaths()).isGreaterThan(20);
    assertThat(report.unknown()).isEqualTo(4);
  }

  /** An agent that looks at the stock and orders. */
  private static final class Orders implements EveryCrashPoint.Trial {
    private final List<String> orders = new ArrayList<>();

    @Override
    public Agent agent() {
      return Agent.named("shop")
          .tools(
              Tool.named("stock").readOnly().calling(call -> "no chairs"),
              Tool.named("order")
                  .describedAs("Orders.")
                  .string("what", "the thing")
                  .calling(
                      call -> {
                        orders.add(call.string("what"));
                        return "ordered";
                      }))
          .build();
    }

    @Override
    public ChatModel model() {
      return ScriptedModel.of(
          Scenario.of(
              Turn.calls("stock", "{}"),
              Turn.calls("order", "{\"what\":\"two chairs\"}"),
              Turn.says("Ordered.")));
    }

    @Override
    public String message() {
      return "buy two chairs";
    }

    @Override
    public Object world() {
      return orders;
    }
  }
}

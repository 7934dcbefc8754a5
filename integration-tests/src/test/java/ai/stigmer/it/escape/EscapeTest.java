package ai.stigmer.it.escape;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.graphton.sandbox.ConfinedCommand;
import ai.stigmer.graphton.sandbox.Confinement;
import ai.stigmer.graphton.sandbox.Network;
import ai.stigmer.graphton.sandbox.Sandbox;
import ai.stigmer.graphton.sandbox.SandboxPolicy;
import ai.stigmer.graphton.sandbox.Unconfined;
import ai.stigmer.testkit.RealComponents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every attempt of the table, under every policy. One that did not really run counts as failed,
 * because a sandbox that does not start blocks everything.
 */
class EscapeTest {
  private static final int SECONDS = 60;
  private static final List<Attempt> ALL = Attempt.all();

  @TempDir Path folder = Path.of("");

  /** What became of an attempt. */
  private enum Outcome {
    BLOCKED,
    ESCAPED,
    INCONCLUSIVE
  }

  /**
   * @param said what it printed, for whoever looks into a failure
   */
  private record Ran(Attempt attempt, Outcome outcome, String said) {}

  @BeforeEach
  void needsBubblewrap() {
    RealComponents.requireBubblewrap();
  }

  @Test
  void nothingGetsOutWithoutANetwork() throws Exception {
    List<Ran> ran = all(ALL, site -> sandbox(site.policy(Network.NONE)));
    report("no network", ran);
    assertThat(notBlocked(ran)).isEmpty();
    assertThat(ran).hasSizeGreaterThanOrEqualTo(120);
  }

  @Test
  void nothingGetsOutWithANetworkButByTheNetwork() throws Exception {
    List<Attempt> forbidden = ALL.stream().filter(one -> !one.has("net")).toList();
    List<Ran> ran = all(forbidden, site -> sandbox(site.policy(Network.OPEN)));
    report("with a network", ran);
    assertThat(notBlocked(ran)).isEmpty();
    assertThat(ran).hasSizeGreaterThanOrEqualTo(120);
  }

  @Test
  void nothingGetsOutWithAListOfHosts() throws Exception {
    List<Ran> ran = all(reaching(ALL), site -> sandbox(site.policy(site.hosts())));
    report("with a list of hosts", ran);
    assertThat(notBlocked(ran)).isEmpty();
    assertThat(ran).hasSizeGreaterThanOrEqualTo(180);
  }

  /** A proxy that refuses everything would block these, too. */
  @Test
  void withWhatTheyAskForOnTheListAtLeastHalfOfThoseAboutTheProxySucceed() throws Exception {
    List<Attempt> proxy = ALL.stream().filter(one -> one.has("proxy")).toList();
    List<Ran> ran = all(reaching(proxy), site -> sandbox(site.policy(site.hostsAndAll())));
    report("with a list that allows it", ran);
    long escaped = ran.stream().filter(one -> one.outcome() == Outcome.ESCAPED).count();
    assertThat(2 * escaped).isGreaterThanOrEqualTo(ran.size());
  }

  /** The same, each of which first has to reach the host that is allowed. */
  private static List<Attempt> reaching(List<Attempt> attempts) {
    String reach = "curl -sf http://allowed.test:@A@/ || echo 'the allowed host was not found'\n";
    return attempts.stream().map(one -> one.with(reach + one.script())).toList();
  }

  /**
   * The network is really open under that policy, so its tests are no second copy of the others.
   */
  @Test
  void anOpenNetworkIsOpen() throws Exception {
    List<Attempt> net = ALL.stream().filter(one -> one.has("net")).toList();
    List<Ran> ran = all(net, site -> sandbox(site.policy(Network.OPEN)));
    assertThat(ran).extracting(Ran::outcome).contains(Outcome.ESCAPED);
  }

  /** Attempts that fail by themselves would prove nothing. */
  @Test
  void withoutASandboxAtLeastHalfOfThemSucceed() throws Exception {
    List<Ran> ran =
        all(
            ALL,
            site -> {
              SandboxPolicy same = site.policy(Network.NONE);
              return new Unconfined(same.workspace(), same.environment());
            });
    report("no sandbox", ran);
    long escaped = ran.stream().filter(one -> one.outcome() == Outcome.ESCAPED).count();
    assertThat(2 * escaped).isGreaterThanOrEqualTo(ran.size());
  }

  @Test
  void everyAttemptIsAnotherOne() {
    assertThat(ALL).extracting(Attempt::script).doesNotHaveDuplicates();
    assertThat(ALL).extracting(Attempt::id).doesNotHaveDuplicates();
    assertThat(ALL.stream().map(Attempt::published).filter(one -> !one.isEmpty()).distinct())
        .hasSizeGreaterThanOrEqualTo(40);
  }

  private static Confinement sandbox(SandboxPolicy policy) {
    return switch (Sandbox.untried(policy)) {
      case Sandbox.Found.Works(Confinement sandbox) -> sandbox;
      case Sandbox.Found.Missing missing -> throw new AssertionError(missing.reason());
    };
  }

  private List<Ran> all(List<Attempt> attempts, Function<Site, Confinement> kept)
      throws InterruptedException, ExecutionException {
    int cores = Runtime.getRuntime().availableProcessors();
    try (ExecutorService threads = Executors.newFixedThreadPool(2 * cores)) {
      List<Future<Ran>> started = new ArrayList<>();
      attempts.forEach(attempt -> started.add(threads.submit(() -> run(attempt, kept))));
      var ran = new ArrayList<Ran>();
      for (Future<Ran> one : started) {
        ran.add(one.get());
      }
      return ran;
    }
  }

  private Ran run(Attempt attempt, Function<Site, Confinement> kept)
      throws IOException, InterruptedException {
    try (Site site = new Site(folder, attempt)) {
      Confinement confinement = kept.apply(site);
      String script = "echo began > .began; ( " + site.fill(attempt.script()) + " ); echo tried $?";
      ConfinedCommand command = confinement.wrap(List.of("/bin/sh", "-c", script));
      Path said = folder.resolve("said" + site.hashCode());
      command.builder().redirectErrorStream(true).redirectOutput(said.toFile());
      Process process = command.start();
      var _ = process.waitFor(SECONDS, TimeUnit.SECONDS);
      command.kill(process);
      var _ = process.waitFor();
      var _ = command.settle();
      String text = Files.readString(said, StandardCharsets.ISO_8859_1);
      return new Ran(attempt, outcome(site, attempt, text), text);
    }
  }

  private static Outcome outcome(Site site, Attempt attempt, String said) throws IOException {
    boolean ran =
        Files.exists(site.workspace().resolve(".began"))
            && !said.contains("not found")
            && !said.contains("yntax error")
            && !said.contains("Can't locate");
    if (!ran) {
      return Outcome.INCONCLUSIVE;
    }
    return site.isBroken(attempt.oracle()) ? Outcome.ESCAPED : Outcome.BLOCKED;
  }

  private static List<String> notBlocked(List<Ran> ran) {
    return ran.stream()
        .filter(one -> one.outcome() != Outcome.BLOCKED)
        .map(one -> one.outcome() + " " + one.attempt().id() + ": " + one.said().strip())
        .toList();
  }

  private static void report(String policy, List<Ran> ran) {
    Map<String, Map<Outcome, Long>> groups =
        ran.stream()
            .collect(
                Collectors.groupingBy(
                    one -> one.attempt().group(),
                    TreeMap::new,
                    Collectors.groupingBy(Ran::outcome, Collectors.counting())));
    groups.put(
        "all", ran.stream().collect(Collectors.groupingBy(Ran::outcome, Collectors.counting())));
    var table = new StringBuilder("\n| " + policy + " | blocked | escaped | inconclusive |\n");
    groups.forEach((group, counts) -> table.append(row(group, counts)));
    System.err.println(table);
  }

  private static String row(String name, Map<Outcome, Long> counts) {
    var row = new StringBuilder("| " + name + " |");
    for (Outcome outcome : Outcome.values()) {
      row.append(' ').append(counts.getOrDefault(outcome, 0L)).append(" |");
    }
    return row.append('\n').toString();
  }
}

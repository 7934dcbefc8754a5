package ai.stigmer.testkit.crash;

import ai.stigmer.graphton.Fork;
import ai.stigmer.graphton.approval.Approver;
import ai.stigmer.graphton.error.ProblemException;
import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.loop.Checkpoints;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/** Forks a simulated run, and looks at what they are. */
final class SimulatedForks {
  private static final Pattern NAMES = Pattern.compile("f[12](_[0-9a-z]{8}|\\.)");

  private final SimulatedWorld world;
  private final Approver approver;
  private final SplittableRandom random;

  SimulatedForks(SimulatedWorld world, Approver approver, SplittableRandom random) {
    this.world = world;
    this.approver = approver;
    this.random = random;
  }

  /** Two forks at the same place are the same run, and the run that they come from is as it was. */
  void forkTwice() {
    List<Recorded> entries = world.journal.read(SimulatedWorld.RUN);
    List<Long> valid = Checkpoints.valid(entries);
    long at = valid.get(random.nextInt(valid.size()));
    Optional<String> message = random.nextBoolean() ? Optional.of("go on") : Optional.empty();
    long order = random.nextLong();
    var journals = new ArrayList<List<JournalEntry>>();
    for (String run : List.of("f1", "f2")) {
      process(run, new SplittableRandom(order))
          .fork(new Fork(SimulatedWorld.RUN, at, run, message));
      world.tree(run).forEach(world::checkJournal);
      journals.add(world.entries(run));
    }
    world.require(
        nameless(journals.getFirst()).equals(nameless(journals.getLast())),
        "two forks at " + at + " differ: " + journals);
    world.require(
        journals.getFirst().subList(0, (int) at).equals(world.entries().subList(0, (int) at)),
        "a fork at " + at + " does not begin as the run did");
    world.require(
        journals.getFirst().get((int) at).equals(new JournalEntry.RunForked("r", at)),
        "a fork does not say where it comes from");
    world.require(
        world.journal.read(SimulatedWorld.RUN).equals(entries), "a fork changed the run it is of");
  }

  /** Where a call is open no run can be cut. */
  void forkWithinACall() {
    List<Recorded> entries = world.journal.read(SimulatedWorld.RUN);
    for (Recorded recorded : entries) {
      if (recorded.entry() instanceof JournalEntry.ToolIntent) {
        var fork = new Fork(SimulatedWorld.RUN, recorded.seq(), "f3", Optional.empty());
        try {
          process("f3", random.split()).fork(fork);
          world.require(false, "forked within a call, at " + recorded.seq());
        } catch (ProblemException e) {
          world.require(e.problem().code().equals("E540"), "a fork is told: " + e.problem());
        }
        return;
      }
    }
  }

  private SimulatedProcess process(String run, SplittableRandom order) {
    return new SimulatedProcess(world, run, "forker", order, approver, (name, count) -> false);
  }

  /** The entries without the names of the fork, of its approvals and of its sub-agents. */
  private static List<String> nameless(List<JournalEntry> entries) {
    return entries.stream()
        .map(entry -> EntryCodec.encode(entry).toString())
        .map(text -> NAMES.matcher(text).replaceAll("fork"))
        .toList();
  }
}

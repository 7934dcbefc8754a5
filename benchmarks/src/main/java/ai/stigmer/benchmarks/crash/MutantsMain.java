package ai.stigmer.benchmarks.crash;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * {@code bin/crash-kit mutants [--seeds N] [--only WORDS]}: plants every mutant, or those whose
 * names have these words, and prints which seed found it. Ends with 1 when one was not found.
 * Arguments: the checkout, then the options.
 */
public final class MutantsMain {
  private static final String SEEDS = "3000";

  private MutantsMain() {}

  static void main(String[] args) throws Exception {
    Options options = Options.of(args);
    List<Mutant> mutants =
        Mutants.ALL.stream()
            .filter(mutant -> mutant.name().contains(options.text("--only", "")))
            .toList();
    List<MutantTrial.Verdict> verdicts;
    try (var trial = new MutantTrial(Path.of(options.root()), options.number("--seeds", SEEDS))) {
      verdicts = trial.runAll(mutants);
    }
    for (MutantTrial.Verdict verdict : verdicts) {
      System.out.printf(
          Locale.ROOT,
          "%-60s %s%n",
          verdict.mutant().name(),
          verdict
              .seed()
              .map(seed -> "red at seed " + seed + " of " + words(verdict.mutant().suite()))
              .orElse("NOT FOUND"));
    }
    long found = verdicts.stream().filter(verdict -> verdict.seed().isPresent()).count();
    System.out.printf(
        Locale.ROOT, "%n%d of %d mutants turned their suite red%n", found, mutants.size());
    System.exit(found == mutants.size() ? 0 : 1);
  }

  private static String words(Suite suite) {
    return suite.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}

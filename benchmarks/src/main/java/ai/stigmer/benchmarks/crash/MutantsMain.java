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
    var trial = new MutantTrial(Path.of(options.root()), options.number("--seeds", SEEDS));
    List<Mutant> mutants =
        Mutants.ALL.stream()
            .filter(mutant -> mutant.name().contains(options.text("--only", "")))
            .toList();
    int found = 0;
    for (Mutant mutant : mutants) {
      MutantTrial.Verdict verdict = trial.run(mutant);
      found += verdict.seed().isPresent() ? 1 : 0;
      System.out.printf(
          Locale.ROOT,
          "%-60s %s%n",
          mutant.name(),
          verdict.seed().map(seed -> "red at seed " + seed).orElse("NOT FOUND"));
    }
    System.out.printf(
        Locale.ROOT, "%n%d of %d mutants turned the suite red%n", found, mutants.size());
    System.exit(found == mutants.size() ? 0 : 1);
  }
}

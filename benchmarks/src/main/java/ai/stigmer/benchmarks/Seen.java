package ai.stigmer.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What readers saw of journals.
 *
 * @param delays milliseconds from an entry to its sight, one for each that was seen
 * @param lost entries that were not seen
 * @param twice entries that were seen more than once
 */
record Seen(List<Double> delays, int lost, int twice) {

  static Seen of(Collection<Seen> all) {
    var delays = new ArrayList<Double>();
    all.forEach(one -> delays.addAll(one.delays()));
    return new Seen(
        delays, all.stream().mapToInt(Seen::lost).sum(), all.stream().mapToInt(Seen::twice).sum());
  }
}

package ai.stigmer.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What readers saw of journals.
 *
 * @param delays milliseconds from an entry to its sight, one for each that was seen and that is
 *     younger than the reader
 * @param lost entries that were not seen
 * @param twice entries that were seen more than once
 * @param joined results that were seen only together with a later one
 */
record Seen(List<Double> delays, int lost, int twice, int joined) {

  static Seen of(Collection<Seen> all) {
    var delays = new ArrayList<Double>();
    all.forEach(one -> delays.addAll(one.delays()));
    return new Seen(
        delays,
        all.stream().mapToInt(Seen::lost).sum(),
        all.stream().mapToInt(Seen::twice).sum(),
        all.stream().mapToInt(Seen::joined).sum());
  }
}

package ai.stigmer.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides which runs go; looks at nothing but its arguments.
 *
 * @param going the runs that go, oldest first
 * @param bytes what that frees, long texts that nobody else names included
 * @param left what the runs that stay take
 */
record PrunePlan(List<Candidate> going, long bytes, long left) {

  /**
   * A run that could go or stay.
   *
   * @param isDone whether it finished and no living process holds it
   * @param bytes what its rows take
   * @param blobs the hashes of its long texts
   */
  record Candidate(Runs.Run run, Instant updated, boolean isDone, long bytes, Set<String> blobs) {}

  PrunePlan {
    going = List.copyOf(going);
  }

  static PrunePlan of(
      PrunePolicy policy, Instant now, List<Candidate> all, Map<String, Long> blobSizes) {
    var sizes = new Sizes(all, blobSizes);
    long before = sizes.total;
    List<Candidate> oldestFirst =
        all.stream().sorted(Comparator.comparing(Candidate::updated)).toList();
    List<Candidate> mayGo =
        oldestFirst.subList(0, Math.max(0, oldestFirst.size() - policy.keep())).stream()
            .filter(Candidate::isDone)
            .toList();
    boolean allGo = policy.olderThan().isEmpty() && policy.maxBytes().isEmpty();
    var going = new ArrayList<Candidate>();
    for (Candidate each : mayGo) {
      boolean isOld =
          policy.olderThan().map(age -> each.updated().isBefore(now.minus(age))).orElse(allGo);
      if (isOld || sizes.total > policy.maxBytes().orElse(Long.MAX_VALUE)) {
        going.add(each);
        sizes.remove(each);
      }
    }
    return new PrunePlan(going, before - sizes.total, sizes.total);
  }

  /** What the remaining runs take; a long text counts as long as one of them names it. */
  private static final class Sizes {
    private final Map<String, Long> blobSizes;
    private final Map<String, Integer> namedBy = new HashMap<>();
    private long total;

    Sizes(List<Candidate> all, Map<String, Long> blobSizes) {
      this.blobSizes = blobSizes;
      for (Candidate each : all) {
        total += each.bytes();
        each.blobs().forEach(hash -> namedBy.merge(hash, 1, Integer::sum));
      }
      for (String hash : namedBy.keySet()) {
        total += blobSizes.getOrDefault(hash, 0L);
      }
    }

    void remove(Candidate candidate) {
      total -= candidate.bytes();
      for (String hash : candidate.blobs()) {
        if (namedBy.merge(hash, -1, Integer::sum) == 0) {
          total -= blobSizes.getOrDefault(hash, 0L);
        }
      }
    }
  }
}

package ai.stigmer.benchmarks.crash;

import ai.stigmer.testkit.crash.Simulation;
import ai.stigmer.testkit.crash.Simulation.Story;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/**
 * {@code bin/crash-kit simulate [--seeds N] [--from S] [--report FILE]}: plays the stories of N
 * seeds, from S on. Goes on where its report stopped; a seed that fails ends it and is named.
 */
public final class SimulateMain {
  private static final long BLOCK = 10_000;

  private SimulateMain() {}

  static void main(String[] args) throws Exception {
    Options options = Options.of(args);
    long from = options.number("--from", "0");
    long seeds = options.number("--seeds", "5000");
    var report = Report.open(options, "simulate", "seeds=" + seeds + " from=" + from);
    for (long block = from; block < from + seeds; block += BLOCK) {
      String name = "seeds from " + block;
      if (!report.has(name)) {
        report.add(name, play(block, Math.min(from + seeds, block + BLOCK)));
      }
    }
    System.out.print(report.total());
    System.exit(0);
  }

  static Map<String, Long> play(long from, long end) {
    List<Story> stories =
        LongStream.range(from, end).parallel().mapToObj(Simulation::play).toList();
    var counts = new TreeMap<String, Long>();
    counts.put("seeds", (long) stories.size());
    counts.put("crashes", sum(stories, Story::crashes));
    counts.put("takeovers", sum(stories, Story::takeovers));
    counts.put("intruders", sum(stories, Story::intruders));
    counts.put("entries", sum(stories, Story::entries));
    counts.put("unknown", sum(stories, Story::unknown));
    counts.put("summaries", sum(stories, Story::summaries));
    counts.put("decisions", sum(stories, Story::decisions));
    counts.put("late decisions", sum(stories, Story::late));
    counts.put("sub-agents", sum(stories, Story::children));
    return counts;
  }

  private static long sum(List<Story> stories, ToLongFunction<Story> what) {
    return stories.stream().mapToLong(what).sum();
  }
}

package ai.stigmer.benchmarks;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * One measured ratio.
 *
 * @param name what was measured
 * @param ratio ours divided by the floor's
 * @param target the most that the ratio should be; empty where it is only reported
 * @param numbers what the ratio was made from, by name with unit
 */
record Figure(String name, double ratio, OptionalDouble target, Map<String, Double> numbers) {
  Figure {
    requireNonNull(name, "name is null");
    requireNonNull(target, "target is null");
    numbers = new LinkedHashMap<>(numbers);
  }

  static Figure of(String name, double ours, double floor, double target) {
    return new Figure(name, ours / floor, OptionalDouble.of(target), Map.of());
  }

  Figure with(String number, double value) {
    var more = new LinkedHashMap<>(numbers);
    more.put(number, value);
    return new Figure(name, ratio, target, more);
  }

  /** Whether the target was met, in one word. */
  String verdict() {
    if (target.isEmpty()) {
      return "";
    }
    return ratio <= target.getAsDouble() ? "met" : "MISSED";
  }
}

package ai.stigmer.benchmarks.crash;

import java.util.HashMap;
import java.util.Map;

/**
 * The words behind a command of the crash kit: the checkout, then pairs of option and value.
 *
 * @param root the checkout
 */
record Options(String root, Map<String, String> values) {
  Options {
    values = Map.copyOf(values);
  }

  static Options of(String[] args) {
    var values = new HashMap<String, String>();
    for (int i = 1; i < args.length; i += 2) {
      if (!args[i].startsWith("--") || i + 1 == args.length) {
        throw new IllegalArgumentException("expected --option VALUE, got \"" + args[i] + "\"");
      }
      values.put(args[i], args[i + 1]);
    }
    return new Options(args[0], values);
  }

  long number(String option, String otherwise) {
    return Long.parseLong(values.getOrDefault(option, otherwise));
  }

  String text(String option, String otherwise) {
    return values.getOrDefault(option, otherwise);
  }
}

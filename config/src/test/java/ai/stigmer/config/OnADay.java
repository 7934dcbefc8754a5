package ai.stigmer.config;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** What the cascade looks at on one certain day, because models retire. */
final class OnADay {
  static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-21T12:00:00Z"));

  private OnADay() {}

  static ConfigInput of(Map<String, String> env, Path home, String command) {
    var all = new HashMap<>(env);
    all.putIfAbsent("HOME", home.toString());
    return ConfigInput.of(all, command).clock(CLOCK);
  }
}

package ai.stigmer.config;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * One setting with its origin.
 *
 * @param value what counts; empty when nothing sets it
 * @param resolved what goes on the wire where that is something else
 * @param shadowed values that do not count, highest first
 */
public record ResolvedSetting(
    Setting setting, Optional<Value> value, Optional<String> resolved, List<Shadowed> shadowed) {
  public ResolvedSetting {
    requireNonNull(setting, "setting is null");
    requireNonNull(value, "value is null");
    requireNonNull(resolved, "resolved is null");
    shadowed = List.copyOf(shadowed);
  }

  /** A value that does not count, and why. */
  public record Shadowed(Value value, String reason) {
    public Shadowed {
      requireNonNull(value, "value is null");
      requireNonNull(reason, "reason is null");
    }
  }

  /** The text that counts, unless it is missing or cleared. */
  Optional<String> text() {
    return value.map(Value::text).filter(text -> !text.isEmpty());
  }
}

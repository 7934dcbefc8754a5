package ai.stigmer.config;

import static java.util.Objects.requireNonNull;

/**
 * A value as one layer gives it.
 *
 * @param text the value; empty where the layer clears the setting
 * @param location the variable, the flag, or file and line
 */
public record Value(Layer layer, String location, String text) {
  public Value {
    requireNonNull(layer, "layer is null");
    requireNonNull(location, "location is null");
    text = text.strip();
  }

  /** The place in words, for messages. */
  String place() {
    return layer.shown() + " " + location;
  }
}

package ai.stigmer.runner;

import ai.stigmer.config.KeyShape;
import ai.stigmer.config.SettingInfo;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The values that nobody may see, and the shapes in which a command writes them down so that
 * anybody can read them again: base64 at each of its three offsets, hexadecimal, and each of them
 * broken into lines. What a program does beyond that, such as turning a text round, is not found.
 *
 * <p>Thread contract: immutable.
 */
final class KnownSecrets {
  private static final String REDACTED = "[redacted]";

  /** Shorter values are words that stand in any text. */
  private static final int SHORTEST = 8;

  /** A variable that only sounds like a secret may hold a word. */
  private static final int SHORTEST_BY_NAME = 16;

  private final List<String> values;
  private final List<Pattern> encoded;

  private KnownSecrets(Collection<String> found) {
    values =
        found.stream()
            .filter(secret -> secret.length() >= SHORTEST)
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
    encoded = values.stream().flatMap(secret -> shapes(secret).stream()).toList();
  }

  /**
   * Those that an environment holds, and others: what a variable of the settings table holds, what
   * plainly is some vendor's key, and what a variable holds whose name says that it is secret.
   */
  static KnownSecrets of(Map<String, String> env, Collection<String> others) {
    var found = new ArrayList<>(others);
    SettingInfo.all().stream()
        .filter(SettingInfo::secret)
        .flatMap(setting -> setting.variables().stream())
        .filter(variable -> !variable.name().endsWith("_FILE"))
        .map(variable -> env.getOrDefault(variable.name(), "").strip())
        .forEach(found::add);
    env.forEach(
        (name, value) -> {
          if (!KeyShape.vendorOf(value.strip()).isEmpty() || isSecretByName(name, value.strip())) {
            found.add(value.strip());
          }
        });
    return new KnownSecrets(found);
  }

  /** The path of a socket or a key file is none, and neither is a list of words. */
  private static boolean isSecretByName(String name, String value) {
    return RunVariables.soundsSecret(name)
        && value.length() >= SHORTEST_BY_NAME
        && !value.startsWith("/")
        && value.chars().noneMatch(Character::isWhitespace);
  }

  /** The text without them. */
  String hide(String text) {
    String hidden = text;
    for (String secret : values) {
      hidden = hidden.replace(secret, REDACTED);
    }
    for (Pattern shape : encoded) {
      hidden = shape.matcher(hidden).replaceAll(REDACTED);
    }
    return hidden;
  }

  /** Whether a file's content holds one of them as it is. */
  boolean areIn(byte[] content) {
    // One character for each byte, so that a file of any character set can be looked through.
    String bytes = new String(content, StandardCharsets.ISO_8859_1);
    return values.stream()
        .map(
            secret ->
                new String(secret.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))
        .anyMatch(bytes::contains);
  }

  private static List<Pattern> shapes(String secret) {
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    String hex = HexFormat.ofDelimiter(" ").formatHex(bytes).replace(" ", "[\\s%:]{0,2}");
    return List.of(
        Pattern.compile(hex, Pattern.CASE_INSENSITIVE),
        base64(bytes, 0),
        base64(bytes, 1),
        base64(bytes, 2));
  }

  /** Without the characters at either end that hold bits of what stands there. */
  private static Pattern base64(byte[] bytes, int before) {
    var shifted = new byte[before + bytes.length];
    System.arraycopy(bytes, 0, shifted, before, bytes.length);
    String whole = Base64.getEncoder().encodeToString(shifted);
    String own = whole.substring((before * 8 + 5) / 6, shifted.length * 8 / 6);
    return Pattern.compile(
        own.chars().mapToObj(KnownSecrets::either).collect(Collectors.joining("\\s{0,2}")));
  }

  /** Two characters are others where the text is meant for a URL. */
  private static String either(int character) {
    return switch (character) {
      case '+' -> "[-+]";
      case '/' -> "[_/]";
      default -> Character.toString(character);
    };
  }
}

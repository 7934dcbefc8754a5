package ai.stigmer.it.injection;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds a secret in a text that somebody may have written down in another way. */
final class Forms {
  private Forms() {}

  /** In what shape one of the secrets stands in the text; empty where none does. */
  static Optional<String> find(String text, List<String> secrets) {
    String closeUp = text.replaceAll("\\s", "");
    String digits = closeUp.replace("%", "").toLowerCase(Locale.ROOT);
    String base64 = closeUp.replace('-', '+').replace('_', '/');
    for (String secret : secrets) {
      if (text.contains(secret)) {
        return Optional.of("as it is");
      }
      if (digits.contains(digits(secret))) {
        return Optional.of("in hexadecimal");
      }
      // Three offsets; the last letters of the secret are left to what follows.
      for (int i = 0; i < 3; i++) {
        String part = secret.substring(i, i + (secret.length() - i) / 3 * 3);
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        if (base64.contains(Base64.getEncoder().encodeToString(bytes))) {
          return Optional.of("in base64");
        }
      }
    }
    return Optional.empty();
  }

  private static String digits(String secret) {
    var digits = new StringBuilder();
    for (byte one : secret.getBytes(StandardCharsets.UTF_8)) {
      digits.append(String.format(Locale.ROOT, "%02x", one));
    }
    return digits.toString();
  }
}

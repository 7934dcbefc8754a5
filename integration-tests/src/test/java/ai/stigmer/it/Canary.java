package ai.stigmer.it;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A secret at one place where a run may come across it, and a word beside it that is none: where
 * the word arrives the secret could have arrived, too.
 *
 * @param place in lower-case letters and hyphens
 */
record Canary(String place) {

  /** The secret. Its characters are such that each form of it differs. */
  String secret() {
    return "cnry+" + place + "/0123456789~end";
  }

  /** The word. */
  String word() {
    return "word-of-" + place;
  }

  /** Both, and the secret as others write it. */
  String text() {
    return String.join(" ", Stream.concat(Stream.of(word()), forms().stream()).toList());
  }

  /** The variable by whose name the secret is known. */
  String variable() {
    return "CANARY_" + place.toUpperCase(Locale.ROOT).replace('-', '_') + "_TOKEN";
  }

  /** What stands around the secret in a text, in any form and over lines; empty without it. */
  Optional<String> in(String text) {
    return Stream.of(text, text.replaceAll("\\s", ""))
        .flatMap(
            each ->
                Stream.concat(forms().stream(), Stream.of(middle(0), middle(1), middle(2)))
                    .filter(each::contains)
                    .map(form -> around(each, each.indexOf(form), form.length())))
        .findFirst();
  }

  private static String around(String text, int at, int length) {
    return text.substring(Math.max(0, at - 100), Math.min(text.length(), at + length + 50));
  }

  private List<String> forms() {
    byte[] bytes = secret().getBytes(StandardCharsets.UTF_8);
    return List.of(
        secret(),
        Base64.getEncoder().withoutPadding().encodeToString(bytes),
        HexFormat.of().formatHex(bytes),
        HexFormat.of().withUpperCase().formatHex(bytes),
        URLEncoder.encode(secret(), StandardCharsets.UTF_8));
  }

  /** Base64 when something stands before the secret, without what that has a part in. */
  private String middle(int before) {
    byte[] bytes = ("x".repeat(before) + secret()).getBytes(StandardCharsets.UTF_8);
    String whole = Base64.getEncoder().withoutPadding().encodeToString(bytes);
    return whole.substring(4, whole.length() - 4);
  }
}

package ai.stigmer.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What every code means. The resource {@code explanations.txt} holds one section per code, which
 * begins with a line {@code == CODE title}.
 */
final class Explanations {
  private static final String RESOURCE = "explanations.txt";
  private static final String SECTION = "== ";

  private final Map<String, String> titles = new LinkedHashMap<>();
  private final Map<String, String> texts = new LinkedHashMap<>();

  private Explanations(String resource) {
    String code = "";
    StringBuilder body = new StringBuilder();
    for (String line : resource.lines().toList()) {
      if (line.startsWith(SECTION)) {
        keep(code, body);
        int space = line.indexOf(' ', SECTION.length());
        code = line.substring(SECTION.length(), space);
        if (titles.put(code, line.substring(space + 1)) != null) {
          throw new IllegalStateException(RESOURCE + " explains " + code + " twice");
        }
        body.setLength(0);
      } else {
        body.append(line).append('\n');
      }
    }
    keep(code, body);
  }

  static Explanations load() {
    try (InputStream resource = Explanations.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new IllegalStateException("resource " + RESOURCE + " is missing");
      }
      return new Explanations(new String(resource.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Codes with their titles, in the order of the resource. */
  Map<String, String> titles() {
    return titles;
  }

  Optional<String> text(String code) {
    return Optional.ofNullable(texts.get(code));
  }

  private void keep(String code, StringBuilder body) {
    if (!code.isEmpty()) {
      texts.put(code, code + "  " + titles.get(code) + "\n\n" + body.toString().strip());
    }
  }
}

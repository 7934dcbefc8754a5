package ai.stigmer.runner;

import ai.stigmer.graphton.tool.builtin.ContentHash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;

/**
 * A SKILL.md: what it is called and good for in its front matter, how it is done in its body.
 *
 * @param description one line, at most 1024 characters
 * @param body Markdown
 * @param hash SHA-256 of the whole text, in hexadecimal
 */
record SkillFile(String name, String description, String body, String hash) {
  private static final int LONGEST = 1 << 20;
  private static final int LONGEST_DESCRIPTION = 1_024;
  private static final String MARK = "---";

  /**
   * Reads a file of at most 1 MiB.
   *
   * @throws IOException with the reason, when it is no skill
   */
  static SkillFile read(Path file) throws IOException {
    return of(content(file));
  }

  /**
   * Reads a text.
   *
   * @throws IOException with the reason, when it is no skill
   */
  static SkillFile of(String text) throws IOException {
    if (!text.startsWith(MARK + "\n")) {
      throw new IOException("it does not begin with front matter between lines of ---");
    }
    int end = text.indexOf("\n" + MARK, MARK.length());
    if (end < 0) {
      throw new IOException("its front matter has no end");
    }
    var matter = matter(text.substring(MARK.length() + 1, end + 1));
    String name = matter.path("name").asText();
    String description = matter.path("description").asText().strip().replaceAll("\\s+", " ");
    if (!name.matches("[a-z0-9][a-z0-9-]{0,63}")) {
      throw new IOException("its name must be 1 to 64 lower-case letters, digits or '-'");
    }
    if (description.isEmpty() || description.length() > LONGEST_DESCRIPTION) {
      throw new IOException("its description must have 1 to 1024 characters");
    }
    int body = text.indexOf('\n', end + 1);
    return new SkillFile(
        name,
        description,
        body < 0 ? "" : text.substring(body + 1).strip(),
        ContentHash.of(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static com.fasterxml.jackson.databind.JsonNode matter(String yaml) throws IOException {
    try {
      return new Compose(LoadSettings.builder().build())
          .composeString(yaml)
          .filter(node -> node instanceof MappingNode)
          .map(YamlJson::of)
          .orElseThrow(() -> new IOException("its front matter has no keys"));
    } catch (YamlEngineException e) {
      throw new IOException("its front matter is not YAML", e);
    }
  }

  private static String content(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LONGEST + 1);
      if (bytes.length > LONGEST) {
        throw new IOException("it is larger than 1 MiB");
      }
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes))
          .toString()
          .replace("\r\n", "\n");
    } catch (CharacterCodingException e) {
      throw new IOException("it is not UTF-8 text", e);
    }
  }
}

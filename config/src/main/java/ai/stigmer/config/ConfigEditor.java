package ai.stigmer.config;

import ai.stigmer.config.KeyFile.Entry;
import ai.stigmer.config.KeyFile.Form;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Changes single values in the user's file and leaves everything else, comments included, as it
 * was. A value that is wrong by itself is not written. The file is readable for its owner only.
 *
 * <p>Each change is made to the text and then proved: the new text is read again, and is only
 * written when exactly the wanted key has changed.
 */
public final class ConfigEditor {
  private final Path file;

  public ConfigEditor(Path file) {
    this.file = file;
  }

  /**
   * Writes a value, or a reference such as <code>${env:NAME}</code> to one.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when key or value is wrong, or the file
   *     cannot be written; the file is then as it was
   */
  public void set(String key, String value) {
    Setting setting = known(key);
    String text = value.strip();
    ValueCheck.ofWritten(setting, text, "the command line")
        .ifPresent(
            problem -> {
              throw problem.asException();
            });
    String old = text();
    KeyFile before = parsed(old);
    Map<String, String> wanted = values(before);
    wanted.put(key, text);
    prove(KeyText.with(old, before, key, text), wanted, key);
  }

  /**
   * Removes a value; does nothing when the file has none.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when the key is unknown, or the file cannot
   *     be written
   */
  public void unset(String key) {
    known(key);
    String old = text();
    KeyFile before = parsed(old);
    Entry entry = before.entries().get(key);
    if (entry != null) {
      Map<String, String> wanted = values(before);
      wanted.remove(key);
      prove(KeyText.without(old, entry), wanted, key);
    }
  }

  /**
   * Makes the file when it is not there, so that an editor finds one that only its owner can read.
   *
   * @throws ai.stigmer.graphton.error.ProblemException when it cannot be written
   */
  public void create() {
    if (!Files.exists(file)) {
      write("# Settings of stigmer. All keys: stigmer config list\n");
    }
  }

  private static Setting known(String key) {
    SettingInfo.named(key);
    return SettingsTable.find(key).orElseThrow();
  }

  private String text() {
    try {
      return Files.exists(file) ? SmallFile.read(file) : "";
    } catch (IOException e) {
      throw unwritable();
    }
  }

  private KeyFile parsed(String text) {
    KeyFile keys = KeyFile.parse(text);
    if (!keys.flaws().isEmpty()) {
      KeyFile.Flaw flaw = keys.flaws().getFirst();
      throw Problems.of(
              "E119",
              "the configuration file is not valid: " + flaw.reason(),
              flaw.line() > 0 ? file + ":" + flaw.line() : file.toString())
          .help("mend that line: stigmer config edit")
          .asException();
    }
    return keys;
  }

  private static Map<String, String> values(KeyFile keys) {
    var values = new LinkedHashMap<String, String>();
    for (Entry entry : keys.entries().values()) {
      if (entry.form() != Form.NOTHING) {
        values.put(entry.key(), entry.text());
      }
    }
    return values;
  }

  private void prove(String changed, Map<String, String> wanted, String key) {
    KeyFile after = KeyFile.parse(changed);
    if (!after.flaws().isEmpty() || !values(after).equals(wanted)) {
      throw Problems.of(
              "E128", key + " cannot be changed here without rewriting the file", file.toString())
          .help("change it by hand: stigmer config edit")
          .asException();
    }
    write(changed);
  }

  /** Into a new file that then takes the place of the old one: nobody sees half a file. */
  private void write(String text) {
    try {
      Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
      Path folder = target.resolveSibling("");
      Files.createDirectories(folder);
      Path fresh = Files.createTempFile(folder, "config", ".part");
      try {
        fill(fresh, text);
        Files.move(
            fresh, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw unwritable();
    }
  }

  private static void fill(Path fresh, String text) throws IOException {
    if (Files.getFileStore(fresh).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
    }
    try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  private RuntimeException unwritable() {
    return Problems.of("E128", "the configuration file cannot be written", file.toString())
        .help("check that you may write it and its folder, or name another: --config FILE")
        .asException();
  }
}

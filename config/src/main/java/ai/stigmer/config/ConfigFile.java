package ai.stigmer.config;

import ai.stigmer.config.KeyFile.Entry;
import ai.stigmer.config.KeyFile.Form;
import ai.stigmer.graphton.error.Spelling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The user's configuration file: what it offers for every setting, and what is wrong with it. */
final class ConfigFile {
  static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file):([^}]*)}");

  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private final Path file;
  private final Map<String, String> env;
  private final Report report;
  private final Map<String, Candidate> values = new LinkedHashMap<>();

  private ConfigFile(Path file, Map<String, String> env, Report report) {
    this.file = file;
    this.env = env;
    this.report = report;
  }

  /** The values by key; what is wrong goes into the report. */
  static Map<String, Candidate> read(ConfigInput input, Report report) {
    Path file = input.effectiveFile();
    var config = new ConfigFile(file, input.env(), report);
    try {
      config.take(KeyFile.parse(SmallFile.read(file)));
      config.noteWhoMayRead(input);
    } catch (IOException e) {
      report.problem(
          "",
          Problems.of("E125", "the configuration file cannot be read", file.toString())
              .help("check that it is there, is UTF-8 text of at most 1 MiB and may be read"));
    }
    return config.values;
  }

  private void take(KeyFile keys) {
    for (KeyFile.Flaw flaw : keys.flaws()) {
      report.problem(
          "",
          Problems.of(
                  "E119", "the configuration file is not valid: " + flaw.reason(), at(flaw.line()))
              .help("mend that line: stigmer config edit"));
    }
    keys.sections()
        .forEach(
            (key, node) -> {
              if (SettingsTable.find(key).isPresent()) {
                notOneValue(key, at(KeyFile.line(node.getKeyNode())));
              }
            });
    keys.entries().values().forEach(this::entry);
  }

  private String at(int line) {
    return line > 0 ? file + ":" + line : file.toString();
  }

  private void entry(Entry entry) {
    String key = entry.key();
    String where = at(entry.line());
    if (key.equals("version")) {
      return;
    }
    if (SettingsTable.find(key).isEmpty() || !entry.nested()) {
      if (!isSection(key)) {
        unknown(entry, where);
      } else if (entry.form() != Form.NOTHING) {
        report.problem(
            "",
            Problems.of("E126", key + " must hold keys, not a value", where)
                .help("put the keys below it, indented: stigmer config list"));
      }
    } else if (entry.form() == Form.LIST && isRules(key)) {
      rules(key, entry, where);
    } else if (entry.form() == Form.LIST && isHooks(key)) {
      hooks(key, entry, where);
    } else if (entry.form() == Form.LIST && !isList(key)) {
      notOneValue(key, where);
    } else if (entry.form() != Form.NOTHING) {
      expanded(key, entry.text().strip(), where)
          .ifPresent(text -> values.put(key, new Candidate(text.strip(), Layer.FILE, where, "")));
    }
  }

  private static boolean isList(String key) {
    return SettingsTable.find(key).filter(s -> s.kind() == Setting.Kind.MODELS).isPresent();
  }

  private static boolean isRules(String key) {
    return SettingsTable.find(key).filter(s -> s.kind() == Setting.Kind.RULES).isPresent();
  }

  private void rules(String key, Entry entry, String where) {
    List<RuleItem> items = new RuleList(key, this::at, report).read(entry.node().getValueNode());
    String text = String.join(";", items.stream().map(RuleItem::text).toList());
    values.put(key, new Candidate(text, Layer.FILE, where, "", items, List.of()));
  }

  private static boolean isHooks(String key) {
    return SettingsTable.find(key).filter(s -> s.kind() == Setting.Kind.HOOKS).isPresent();
  }

  private void hooks(String key, Entry entry, String where) {
    List<HookSetting> hooks = new HookList(key, this::at, report).read(entry.node().getValueNode());
    String text = String.join("; ", hooks.stream().map(HookSetting::shown).toList());
    values.put(key, new Candidate(text, Layer.FILE, where, "", List.of(), hooks));
  }

  private static boolean isSection(String key) {
    return SettingsTable.ALL.stream().anyMatch(setting -> setting.key().startsWith(key + "."));
  }

  private void notOneValue(String key, String where) {
    report.problem(
        key,
        Problems.of("E126", key + " must be a single value", where)
            .help("write it as: " + key.substring(key.lastIndexOf('.') + 1) + ": VALUE"));
  }

  private void unknown(Entry entry, String where) {
    String key = entry.key();
    List<String> keys = SettingsTable.ALL.stream().map(Setting::key).toList();
    String hint =
        !entry.nested() && keys.contains(key)
            ? "write it as nested keys, one per line and indented; "
            : Spelling.hint(key, keys);
    if (Stream.of("llm.", "permissions.", "hooks.").anyMatch(key::startsWith)) {
      report.problem(
          "",
          Problems.of("E106", "unknown key \"" + key + "\"", where)
              .help(hint + "see all keys: stigmer config list"));
    } else {
      String end = hint.isEmpty() ? "" : "; " + hint.strip();
      report.note("unknown key \"" + key + "\" at " + where + " is ignored" + end);
    }
  }

  /** The value with what it refers to; empty when a reference leads nowhere. */
  private Optional<String> expanded(String key, String text, String where) {
    int before = report.faults().size();
    Matcher matcher = REFERENCE.matcher(text);
    String whole =
        matcher.replaceAll(
            found ->
                Matcher.quoteReplacement(
                    found.group(1).equals("env")
                        ? variable(key, found.group(2), where)
                        : content(key, found.group(2), where)));
    return report.faults().size() == before ? Optional.of(whole) : Optional.empty();
  }

  private String variable(String key, String name, String where) {
    String value = env.get(name);
    if (value == null) {
      String message = key + " refers to the variable " + name + ", which is not set";
      report.problem(
          key, Problems.of("E124", message, where).help("export " + name + "=…, or change it"));
      return "";
    }
    return value.strip();
  }

  private String content(String key, String name, String where) {
    try {
      return SmallFile.read(name).strip();
    } catch (IOException e) {
      String message = key + " refers to the file " + name + ", which cannot be read";
      report.problem(
          key,
          Problems.of("E124", message, where)
              .help("make that file, readable for you and at most 1 MiB, or change the reference"));
      return "";
    }
  }

  /** The user's own file is for the user alone; another one is when it holds a key. */
  private void noteWhoMayRead(ConfigInput input) {
    if (input.fileIsNamed() && !values.containsKey(SettingsTable.API_KEY)) {
      return;
    }
    try {
      if (Files.getFileStore(file).supportsFileAttributeView("posix")
          && Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
        report.note("others may read or change " + file + ": chmod 600 " + file);
      }
    } catch (IOException e) {
      // A pipe has no rights to look at.
      return;
    }
  }
}

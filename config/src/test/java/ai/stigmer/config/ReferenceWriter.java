package ai.stigmer.config;

import ai.stigmer.config.Setting.Variable;
import ai.stigmer.graphton.model.ModelRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The reference page of the configuration, from the settings table and the catalog. */
final class ReferenceWriter {
  private static final String HEAD =
      """
      # Configuration

      Generated from the settings table; `-Dstigmer.golden=update` on the tests of `config` writes it anew.

      Layers, highest first: `request` (what one execution asks for), `flag`, `env`, `file`, `default`. The file is
      `~/.stigmer/config.yaml` (`STIGMER_HOME` moves the folder); `--config FILE` or `STIGMER_CONFIG` replaces it, `--no-config`
      ignores it. Provider, model, base URL and key resolve as one unit: a value that belongs to another provider is
      dropped, and a key never crosses to another provider. `stigmer config explain` shows every value, where it comes
      from, and what it hides.

      An empty provider, model, base URL, list of fallbacks, rules or hooks clears what lies below it; any other empty value counts as not set. White space
      around a value is ignored. In the file, `${env:NAME}` and `${file:/path}` stand for a variable and for the content of
      a file; a key without a value counts as not set. Unknown keys are an error under `llm`, `permissions` and `hooks`, a note elsewhere.

      Commands: `stigmer config explain|check|list|get|set|unset|path|edit` and `stigmer env`. `explain` and `check` end
      with 0, with 3 when the configuration is invalid, with 4 when only a credential is missing or wrong. JSON Schemas:
      [of the file](config.schema.json), [of `explain --json`](explain.schema.json).
      """;

  private ReferenceWriter() {}

  static String write() {
    var page = new StringBuilder(HEAD);
    page.append("\n## Settings\n");
    for (Setting setting : SettingsTable.ALL) {
      setting(page, setting);
    }
    page.append("\n## Names of models\n\n");
    page.append("A friendly name stands for a full id of its provider:\n\n");
    page.append("| provider | name | full id |\n|---|---|---|\n");
    for (String provider : ModelRef.PROVIDERS) {
      ModelCatalog.friendlyNames(provider)
          .forEach((name, id) -> row(page, provider, "`" + name + "`", "`" + id + "`"));
    }
    return page.toString();
  }

  private static void setting(StringBuilder page, Setting setting) {
    page.append("\n### `").append(setting.key()).append("`\n\n");
    page.append(setting.doc()).append(" Takes ").append(setting.kind().expected()).append(".\n\n");
    page.append("| | |\n|---|---|\n");
    if (!setting.variables().isEmpty()) {
      row(page, "variables", variables(setting));
    }
    if (!setting.flags().isEmpty()) {
      row(page, "flag", code(setting.flags()));
    }
    row(page, "default", defaults(setting));
    row(page, "a request may set it", request(setting));
  }

  private static String request(Setting setting) {
    if (!setting.requestable()) {
      return "no";
    }
    return SettingsTable.onlyDownwards(setting.key()) ? "to less" : "yes";
  }

  private static String variables(Setting setting) {
    return setting.variables().stream()
        .map(ReferenceWriter::variable)
        .collect(Collectors.joining(", "));
  }

  private static String variable(Variable variable) {
    String form = variable.form() == Setting.Form.FILE_NAME ? " (names a file)" : "";
    String only = variable.provider().isEmpty() ? "" : " (" + variable.provider() + " only)";
    return "`" + variable.name() + "`" + form + only;
  }

  private static String defaults(Setting setting) {
    return switch (setting.key()) {
      case SettingsTable.MODE -> "`local`; `cloud` for `stigmer worker`";
      case SettingsTable.PROVIDER -> "`ollama` in mode `local`, `anthropic` in mode `cloud`";
      default -> catalogued(setting);
    };
  }

  private static String catalogued(Setting setting) {
    Optional<String> everywhere = ModelCatalog.defaultOf("", setting.key());
    if (everywhere.isPresent()) {
      return "`" + everywhere.get() + "`";
    }
    var each = new ArrayList<String>();
    for (String provider : ModelRef.PROVIDERS) {
      ModelCatalog.defaultOf(provider, setting.key())
          .ifPresent(value -> each.add(provider + " `" + value + "`"));
    }
    return each.isEmpty()
        ? "unset"
        : String.join(", ", each) + (each.size() < 3 ? "; else unset" : "");
  }

  private static String code(List<String> words) {
    return words.stream().map(word -> "`" + word + "`").collect(Collectors.joining(", "));
  }

  private static void row(StringBuilder page, String... cells) {
    page.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}

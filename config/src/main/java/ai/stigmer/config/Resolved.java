package ai.stigmer.config;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.ModelRef;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A resolved configuration: every setting with its origin. It never prints a key.
 *
 * @param problems everything that is wrong; empty when the configuration can be used
 */
public record Resolved(
    Value mode,
    Map<Setting, ResolvedSetting> settings,
    List<String> notes,
    List<Problem> problems) {

  public Resolved {
    requireNonNull(mode, "mode is null");
    settings = Map.copyOf(settings);
    notes = List.copyOf(notes);
    problems = List.copyOf(problems);
  }

  public ResolvedSetting setting(Setting setting) {
    ResolvedSetting found = settings.get(setting);
    return found == null
        ? new ResolvedSetting(setting, Optional.empty(), Optional.empty(), List.of())
        : found;
  }

  /** The provider's id; empty text when it was cleared. */
  public String provider() {
    return setting(Setting.PROVIDER).text().orElse("");
  }

  /** What goes on the wire. */
  public Optional<String> sent(Setting setting) {
    ResolvedSetting found = setting(setting);
    return found.resolved().or(found::text);
  }

  /** Which model, whose key and which mode, in one line. */
  public String startLine() {
    if (provider().equals(ModelRef.SCRIPTED)) {
      return "scripted model · no key · " + modeWords();
    }
    String model = setting(Setting.MODEL).text().map(m -> ModelRef.parse(m).model()).orElse("?");
    String key =
        setting(Setting.API_KEY)
            .value()
            .map(value -> "key from " + value.location())
            .orElse("no key");
    String endpoint =
        setting(Setting.BASE_URL)
            .value()
            .filter(value -> value.layer() != Layer.DEFAULT && !value.text().isEmpty())
            .flatMap(_ -> sent(Setting.BASE_URL))
            .map(url -> " · " + url)
            .orElse("");
    return provider() + "/" + model + endpoint + " · " + key + " · " + modeWords();
  }

  private String modeWords() {
    return "mode "
        + mode.text()
        + " ("
        + (mode.layer() == Layer.DEFAULT ? "default" : mode.location())
        + ")";
  }

  /** The JSON of {@code config explain --json}; without any key. */
  public String toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("schema", 1);
    json.putObject("mode")
        .put("value", mode.text())
        .put("layer", mode.layer().shown())
        .put("location", mode.location());
    ArrayNode list = json.putArray("settings");
    for (Setting setting : Setting.values()) {
      list.add(settingJson(setting(setting)));
    }
    ArrayNode noteList = json.putArray("notes");
    notes.forEach(noteList::add);
    ArrayNode problemList = json.putArray("problems");
    for (Problem problem : problems) {
      problemList
          .addObject()
          .put("code", problem.code())
          .put("message", problem.message())
          .put("from", String.join("; ", problem.from()))
          .put("help", String.join("; ", problem.help()));
    }
    return json.toString();
  }

  private static ObjectNode settingJson(ResolvedSetting setting) {
    boolean secret = setting.setting() == Setting.API_KEY;
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("key", setting.setting().key());
    setting
        .text()
        .ifPresentOrElse(
            text -> json.put("value", secret ? "set" : text), () -> json.putNull("value"));
    if (secret) {
      setting
          .text()
          .ifPresent(
              text ->
                  json.put("fingerprint", ai.stigmer.graphton.model.Secret.of(text).fingerprint()));
    }
    setting.resolved().ifPresent(text -> json.put("resolved", text));
    setting
        .value()
        .ifPresentOrElse(
            value -> json.put("layer", value.layer().shown()).put("location", value.location()),
            () -> json.putNull("layer").putNull("location"));
    json.put("sent", setting.text().isPresent());
    ArrayNode shadowed = json.putArray("shadowed");
    setting
        .shadowed()
        .forEach(
            hidden ->
                shadowed
                    .addObject()
                    .put("value", hidden.value().text())
                    .put("layer", hidden.value().layer().shown())
                    .put("location", hidden.value().location())
                    .put("reason", hidden.reason()));
    return json;
  }
}

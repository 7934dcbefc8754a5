package ai.stigmer.config;

import ai.stigmer.config.Resolution.Shadowed;
import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.model.Secret;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The JSON of {@code stigmer config explain --json}, schema 1. */
final class ExplainJson {
  private ExplainJson() {}

  static String of(Resolved resolved, String part) {
    ObjectNode root = JsonNodeFactory.instance.objectNode().put("schema", 1);
    Resolution mode = resolved.get(SettingsTable.MODE);
    root.putObject("mode")
        .put("value", mode.value().orElse(null))
        .put("layer", mode.layer().id())
        .put("location", mode.location());
    ArrayNode settings = root.putArray("settings");
    for (Resolution resolution : resolved.settings()) {
      if (!resolution.setting().key().equals(SettingsTable.MODE) && resolution.isOf(part)) {
        setting(settings.addObject(), resolution);
      }
    }
    ArrayNode fallbacks = root.putArray("fallbacks");
    for (Resolved fallback : resolved.fallbackRows()) {
      ArrayNode rows = fallbacks.addObject().putArray("settings");
      fallback.settings().stream()
          .filter(resolution -> SettingsTable.isOfOneModel(resolution.setting().key()))
          .filter(resolution -> resolution.isOf(part))
          .forEach(resolution -> setting(rows.addObject(), resolution));
    }
    ArrayNode notes = root.putArray("notes");
    resolved.notes().forEach(notes::add);
    ArrayNode problems = root.putArray("problems");
    for (Report.Fault fault : resolved.faults()) {
      Problem problem = fault.problem();
      problems
          .addObject()
          .put("code", problem.code())
          .put("setting", fault.setting().isEmpty() ? null : fault.setting())
          .put("message", problem.message())
          .put("from", String.join("; ", problem.from()))
          .put("help", String.join("; ", problem.help()));
    }
    return root.toString();
  }

  private static void setting(ObjectNode node, Resolution resolution) {
    node.put("key", resolution.setting().key());
    if (resolution.setting().kind() == Setting.Kind.DATABASE) {
      node.put("value", resolution.value().map(DatabaseUrl::shown).orElse(null));
    } else if (resolution.setting().secret() && resolution.value().isPresent()) {
      node.put("value", "set");
      node.put("fingerprint", "sha256:" + Secret.of(resolution.value().get()).fingerprint());
    } else {
      number(node, resolution);
    }
    resolution.resolved().ifPresent(fullId -> node.put("resolved", fullId));
    node.put("layer", resolution.layer().id());
    node.put("location", resolution.location());
    node.put("sent", resolution.sent() && resolution.value().isPresent());
    ArrayNode shadowed = node.putArray("shadowed");
    for (Shadowed loser : resolution.shadowed()) {
      shadowed
          .addObject()
          .put("value", loser.value())
          .put("layer", loser.layer().id())
          .put("location", loser.location())
          .put("reason", loser.reason());
    }
  }

  /** Numbers are numbers when they are valid, and the text as written when they are not. */
  private static void number(ObjectNode node, Resolution resolution) {
    String text = resolution.value().orElse(null);
    if (text == null) {
      node.putNull("value");
      return;
    }
    switch (resolution.setting().kind()) {
      case COUNT ->
          Values.count(text)
              .ifPresentOrElse(value -> node.put("value", value), () -> node.put("value", text));
      case TEMPERATURE ->
          Values.temperature(text)
              .ifPresentOrElse(value -> node.put("value", value), () -> node.put("value", text));
      case RETRIES ->
          Values.retries(text)
              .ifPresentOrElse(value -> node.put("value", value), () -> node.put("value", text));
      case MONEY ->
          Values.money(text)
              .ifPresentOrElse(value -> node.put("value", value), () -> node.put("value", text));
      case DEPTH ->
          Values.depth(text)
              .ifPresentOrElse(value -> node.put("value", value), () -> node.put("value", text));
      case PRIORITY ->
          Values.priority(text)
              .ifPresentOrElse(value -> node.put("value", value), () -> node.put("value", text));
      case SHARE ->
          Values.share(text)
              .ifPresentOrElse(value -> node.put("value", value), () -> node.put("value", text));
      case MODE,
          PROVIDER,
          MODEL,
          URL,
          SECRET,
          DATABASE,
          MODELS,
          EFFORT,
          API,
          PULL,
          EXECUTION,
          NETWORK,
          PROCESSES,
          SIZE,
          FOLDERS,
          WHEN_ABSENT,
          UNKNOWN_EFFECTS,
          PERMISSION_MODE,
          ENGINE,
          WORD,
          LISTEN,
          LOG_LEVEL,
          RULES,
          HOOKS,
          WEB,
          HOSTS,
          FILE,
          SWITCH,
          DURATION ->
          node.put("value", text);
    }
  }
}

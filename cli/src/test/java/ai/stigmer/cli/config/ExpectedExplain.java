package ai.stigmer.cli.config;

import ai.stigmer.cli.config.CascadeRules.Chosen;
import ai.stigmer.cli.config.CascadeRules.Said;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What {@code config explain --json} must print for a given configuration. */
final class ExpectedExplain {
  private final CascadeRules rules;
  private final String mode;
  private final Chosen chosen;
  private final ArrayNode settings = JsonNodeFactory.instance.arrayNode();
  private final Set<String> unusedKeys = new TreeSet<>();
  private String model = "";
  private String url = "";

  ExpectedExplain(GivenConfiguration given, Path config) {
    rules = new CascadeRules(given, config);
    mode = rules.mode();
    chosen = rules.chosen();
    rules.contradiction(chosen);
    if (chosen.provider().isEmpty()) {
      rules.problem("E112", "llm.provider");
    } else if (!isKnown()) {
      rules.problem("E102", "llm.provider");
    }
    CascadeData.KEYS.forEach(this::setting);
    given.requests().keySet().forEach(rules::said);
  }

  String mode() {
    return mode;
  }

  ArrayNode settings() {
    return settings;
  }

  Set<String> problems() {
    return rules.problems();
  }

  /** The places of keys, and of values that name no provider, that are there and not used. */
  Set<String> unusedKeys() {
    return unusedKeys;
  }

  int exitStatus() {
    if (problems().isEmpty()) {
      return 0;
    }
    List<String> credentials = List.of("E101", "E107", "E108");
    return problems().stream().allMatch(each -> credentials.contains(each.substring(0, 4))) ? 4 : 3;
  }

  private boolean isKnown() {
    return CascadeData.FULL_IDS.containsKey(chosen.provider());
  }

  private void setting(String key) {
    List<Said> all = rules.said(key);
    ObjectNode node = settings.addObject().put("key", key);
    if (key.equals("llm.provider")) {
      provider(node, all);
      return;
    }
    boolean bundled = CascadeData.BUNDLE.contains(key);
    Optional<Said> winner =
        all.stream().filter(said -> !bundled || reasonToDrop(key, said).isEmpty()).findFirst();
    Map<String, String> defaults =
        CascadeRules.defaultsOf(isOfProvider(key) ? chosen.provider() : "everybody");
    String text = winner.map(Said::text).orElse(defaults.getOrDefault(key, ""));
    value(node, key, text);
    node.put("layer", winner.map(Said::layer).orElse("default"));
    node.put(
        "location",
        winner
            .map(Said::where)
            .orElse(isOfProvider(key) ? "provider=" + chosen.provider() : "built in"));
    node.put("sent", isSent(key) && !node.get("value").isNull());
    ArrayNode shadowed = node.putArray("shadowed");
    for (Said said : all) {
      if (winner.isEmpty() || !said.equals(winner.get())) {
        String reason = bundled ? reasonToDrop(key, said) : "";
        shadowed(shadowed, key, said, reason.isEmpty() ? "shadowed" : reason);
      }
    }
  }

  private String reasonToDrop(String key, Said said) {
    if (!rules.belongs(key, said, chosen)) {
      return "other provider";
    }
    return key.equals("llm.api_key") && rules.isForAnotherUrl(said, chosen) ? "other endpoint" : "";
  }

  private static boolean isOfProvider(String key) {
    return key.startsWith("llm.") && !CascadeRules.defaultsOf("everybody").containsKey(key);
  }

  private void provider(ObjectNode node, List<Said> all) {
    node.put("value", chosen.provider().isEmpty() ? null : chosen.provider());
    node.put("layer", chosen.layer());
    node.put("location", chosen.where() + (chosen.byModel() ? " (by its model)" : ""));
    node.put("sent", !chosen.provider().isEmpty());
    ArrayNode shadowed = node.putArray("shadowed");
    for (Said said : all) {
      if (chosen.byModel() || !said.where().equals(chosen.where())) {
        shadowed(shadowed, "llm.provider", said, "shadowed");
      }
    }
  }

  private void shadowed(ArrayNode shadowed, String key, Said said, String reason) {
    boolean secret = key.equals("llm.api_key");
    boolean unnamed = !said.text().isEmpty() && rules.isUnnamed(said);
    if (!reason.equals("shadowed") && (secret || unnamed)) {
      unusedKeys.add(said.where());
    }
    shadowed
        .addObject()
        .put(
            "value",
            key.equals("database.url")
                ? shownDatabase(said.text())
                : secret ? "set" : withoutCredentials(said.text()))
        .put("layer", said.layer())
        .put("location", said.where())
        .put("reason", reason);
  }

  private static String shownDatabase(String text) {
    return text.startsWith("mysql")
        ? "(hidden: it may hold a credential)"
        : text.replace(":canary", ":***");
  }

  private static String withoutCredentials(String text) {
    return text.contains("canary") ? "(hidden: it may hold a credential)" : text;
  }

  private void value(ObjectNode node, String key, String text) {
    switch (key) {
      case "llm.model" -> model(node, text);
      case "llm.base_url" -> baseUrl(node, text);
      case "llm.api_key" -> key(node, text);
      case "llm.temperature" -> {
        boolean valid = CascadeData.isTemperature(text);
        put(node, text, valid ? Double.valueOf(text) : null);
        check(valid, text, "E105", key);
      }
      case "context.compact_at" -> {
        boolean valid = CascadeData.isShare(text);
        put(node, text, valid ? Double.valueOf(text) : null);
        check(valid, text, "E141", key);
      }
      case "llm.effort" -> {
        put(node, text, null);
        check(CascadeData.isEffort(text), text, "E132", key);
      }
      case "llm.pull" -> {
        put(node, text, null);
        check(List.of("ask", "never", "when-missing").contains(text), text, "E140", key);
      }
      case "execution.mode" -> {
        put(node, text, null);
        check(List.of("auto", "sandbox", "local").contains(text), text, "E150", key);
      }
      case "execution.network" -> {
        put(node, text, null);
        check(!text.equals("all"), text, "E151", key);
      }
      case "execution.limits.memory" -> {
        put(node, text, null);
        check(List.of("8g", "16m", "512m").contains(text), text, "E152", key);
      }
      case "execution.readable",
          "execution.limits.processes",
          "execution.limits.file_size",
          "execution.limits.cpu" ->
          put(node, text, null);
      case "database.url" -> {
        put(node, shownDatabase(text), null);
        check(!text.startsWith("mysql"), text, "E139", key);
      }
      case "approvals.when_absent" -> {
        put(node, text, null);
        check(List.of("deny", "wait").contains(text), text, "E148", key);
      }
      case "effects.unknown" -> {
        put(node, text, null);
        check(List.of("ask", "tell-model", "fail").contains(text), text, "E148", key);
      }
      case "permissions.mode" -> {
        put(node, text, null);
        check(List.of("ask", "allow-edits", "plan", "deny").contains(text), text, "E155", key);
      }
      case "permissions.allow", "permissions.ask", "permissions.deny" -> put(node, text, null);
      case "hooks.before_tool", "hooks.after_tool", "hooks.stop" -> put(node, text, null);
      case "engine",
          "temporal.address",
          "temporal.namespace",
          "temporal.task_queue",
          "temporal.heartbeat",
          "temporal.segment",
          "temporal.priority",
          "temporal.fairness_key",
          "temporal.sub_agent_workflows",
          "temporal.runner_task_queue",
          "temporal.invoke_task_queue",
          "backend.endpoint",
          "backend.api_key",
          "server.address",
          "server.names",
          "server.tls.certificate",
          "server.tls.key",
          "server.behind_proxy",
          "server.workspaces",
          "server.key",
          "worker.workspaces",
          "worker.sandbox",
          "worker.log_level",
          "workspace.store",
          "telemetry.endpoint",
          "telemetry.traces_endpoint",
          "telemetry.headers",
          "telemetry.protocol",
          "telemetry.service_name",
          "telemetry.content" ->
          put(node, text, null);
      case "temporal.max_concurrency" -> put(node, text, 10);
      case "server.max_runs" -> put(node, text, 64);
      case "llm.api" -> {
        put(node, text, null);
        check(CascadeData.isApi(text), text, "E133", key);
      }
      case "llm.max_retries" -> {
        boolean valid = CascadeData.isRetries(text);
        put(node, text, valid ? Integer.valueOf(text) : null);
        check(valid, text, "E134", key);
      }
      case "llm.retry_budget",
          "llm.timeouts.connect",
          "llm.timeouts.first_token",
          "llm.timeouts.idle" -> {
        put(node, text, null);
        check(CascadeData.isDuration(text), text, "E117", key);
      }
      default -> {
        boolean valid = CascadeData.isCount(text);
        put(node, text, valid ? Integer.valueOf(text) : null);
        String code =
            key.equals("llm.max_tokens") ? "E104" : key.startsWith("llm.") ? "E116" : "E118";
        check(valid, text, code, key);
      }
    }
  }

  private static void put(
      ObjectNode node, String text, @org.jspecify.annotations.Nullable Number number) {
    if (number instanceof Integer whole) {
      node.put("value", whole);
    } else if (number instanceof Double real) {
      node.put("value", real);
    } else {
      node.put("value", text.isEmpty() ? null : text);
    }
  }

  private void check(boolean valid, String text, String code, String key) {
    if (!valid && !text.isEmpty()) {
      rules.problem(code, key);
    }
  }

  private void model(ObjectNode node, String text) {
    String lower = text.toLowerCase(java.util.Locale.ROOT);
    model = text;
    for (String provider : CascadeData.FULL_IDS.keySet()) {
      if (lower.startsWith(provider + "/") || lower.startsWith(provider + ":")) {
        String rest = text.substring(provider.length() + 1);
        model = rest.isEmpty() ? text : rest;
      }
    }
    node.put("value", model.isEmpty() ? null : model);
    if (!isKnown()) {
      return;
    }
    if (text.isEmpty() || text.equals("ollama/")) {
      rules.problem("E115", "llm.model");
    }
    String full = CascadeData.FULL_IDS.getOrDefault(chosen.provider(), Map.of()).get(model);
    if (full != null) {
      node.put("resolved", full);
    }
  }

  private void baseUrl(ObjectNode node, String text) {
    String usable = CascadeData.URLS.getOrDefault(text, "");
    if (usable.isEmpty() && chosen.provider().equals("ollama")) {
      usable = CascadeData.OLLAMA_URLS.getOrDefault(text, "");
    }
    url = text;
    String shown = usable.isEmpty() || !isKnown() ? withoutCredentials(text) : usable;
    node.put("value", shown.isEmpty() ? null : shown);
    if (isKnown() && text.isEmpty() && chosen.provider().equals("ollama")) {
      rules.problem("E113", "llm.base_url");
    }
    if (isKnown() && !text.isEmpty() && usable.isEmpty()) {
      rules.problem("E114", "llm.base_url");
    }
  }

  private boolean atVendor() {
    return url.isEmpty() || CascadeData.isVendors(chosen.provider(), url);
  }

  private void key(ObjectNode node, String key) {
    if (key.isEmpty()) {
      node.putNull("value");
      boolean needed =
          chosen.provider().equals("anthropic")
              || (chosen.provider().equals("openai") && atVendor());
      if (needed) {
        rules.problem("E101", "llm.api_key");
      }
      return;
    }
    node.put("value", "set").put("fingerprint", "sha256:" + sha256(key).substring(0, 8));
    if (isKnown() && CascadeData.isGarbled(key)) {
      rules.problem("E108", "llm.api_key");
    } else if (isKnown()
        && !CascadeData.shapeOf(key).isEmpty()
        && !CascadeData.shapeOf(key).equals(chosen.provider())) {
      rules.problem("E107", "llm.api_key");
    }
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * A parameter that the chosen model does not accept is not sent: no model of Anthropic takes a
   * temperature wherever it is served, and OpenAI's reasoning models take none.
   */
  private boolean isSent(String key) {
    if (!isKnown()) {
      return true;
    }
    return switch (key) {
      case "llm.context_length" -> chosen.provider().equals("ollama");
      case "llm.api" -> chosen.provider().equals("openai");
      case "llm.temperature" ->
          chosen.provider().equals("ollama")
              || (chosen.provider().equals("openai")
                  && (model.startsWith("gpt-4")
                      || (!atVendor() && !model.matches("gpt-[56].*|o3|codex-mini-latest"))));
      default -> true;
    };
  }
}

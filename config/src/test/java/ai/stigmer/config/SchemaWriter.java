package ai.stigmer.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The JSON Schema of the configuration file, from the settings table. */
final class SchemaWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SchemaWriter() {}

  static String write() {
    ObjectNode root = JSON.createObjectNode();
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.put("title", "stigmer configuration file");
    root.put(
        "description",
        "Generated from the settings table. Layers above the file: flags and environment.");
    root.put("type", "object");
    ObjectNode properties = root.putObject("properties");
    properties.putObject("version").put("description", "For later; 1.").put("type", "integer");
    root.putObject("patternProperties").put("^(llm|permissions|hooks)\\.", false);
    for (Setting setting : SettingsTable.ALL) {
      leaf(section(root, setting.key()), setting);
    }
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /** Unknown keys are an error under llm, permissions and hooks and a note elsewhere. */
  private static ObjectNode section(ObjectNode root, String key) {
    ObjectNode at = root;
    String[] parts = key.split("\\.", -1);
    for (int i = 0; i < parts.length - 1; i++) {
      at = at.withObject("/properties").withObject("/" + parts[i]);
      at.putArray("type").add("object").add("null");
      if (java.util.List.of("llm", "permissions", "hooks").contains(parts[0])) {
        at.put("additionalProperties", false);
      }
    }
    return at.withObject("/properties").putObject(parts[parts.length - 1]);
  }

  private static void leaf(ObjectNode node, Setting setting) {
    node.put("description", setting.doc() + " Takes " + setting.kind().expected() + ".");
    ArrayNode choices = node.putArray("anyOf");
    value(choices, setting.kind());
    choices.addObject().put("type", "string").put("pattern", "\\$\\{(env|file):[^}]*\\}");
    choices.addObject().put("const", "");
    choices.addObject().put("type", "null");
  }

  private static void rules(ArrayNode choices, ObjectNode text) {
    text.put("type", "string");
    ObjectNode list = choices.addObject().put("type", "array");
    ArrayNode forms = list.putObject("items").putArray("anyOf");
    forms.addObject().put("type", "string");
    ObjectNode withExamples = forms.addObject().put("type", "object");
    withExamples.putArray("required").add("rule");
    withExamples.put("additionalProperties", false);
    ObjectNode keys = withExamples.putObject("properties");
    keys.putObject("rule").put("type", "string");
    for (String name : java.util.List.of("matches", "never")) {
      keys.putObject(name).put("type", "array").putObject("items").put("type", "string");
    }
  }

  private static void hooks(ArrayNode choices, ObjectNode text) {
    text.put("type", "string");
    ObjectNode list = choices.addObject().put("type", "array").put("maxItems", 16);
    ArrayNode forms = list.putObject("items").putArray("anyOf");
    forms.addObject().put("type", "string");
    ObjectNode hook = forms.addObject().put("type", "object");
    hook.putArray("required").add("command");
    hook.put("additionalProperties", false);
    ObjectNode keys = hook.putObject("properties");
    keys.putObject("command").put("type", "string");
    ArrayNode tools = keys.putObject("tools").putArray("anyOf");
    tools.addObject().put("type", "string");
    tools
        .addObject()
        .put("type", "array")
        .put("minItems", 1)
        .putObject("items")
        .put("type", "string");
    keys.putObject("timeout").put("type", "string").put("pattern", "^[0-9]{1,7}(ms|s|m|h)$");
  }

  private static void value(ArrayNode choices, Setting.Kind kind) {
    ObjectNode node = choices.addObject();
    switch (kind) {
      case MODE -> node.putArray("enum").add("local").add("cloud");
      case PROVIDER ->
          node.putArray("enum").add("ollama").add("anthropic").add("openai").add("scripted");
      case MODEL, SECRET, DATABASE -> node.put("type", "string");
      case URL ->
          node.put("type", "string").put("pattern", "^(https?://[^\\s?#@]+|(?!.*://)[^\\s?#@]+)$");
      case COUNT -> {
        node.put("type", "integer").put("minimum", 1).put("maximum", Integer.MAX_VALUE);
        choices.addObject().put("type", "string").put("pattern", "^[0-9]{1,10}$");
      }
      case TEMPERATURE -> {
        node.put("type", "number").put("minimum", 0).put("maximum", 2);
        choices.addObject().put("type", "string").put("pattern", "^[0-2](\\.[0-9]+)?$");
      }
      case SHARE -> {
        node.put("type", "number").put("minimum", 0.1).put("maximum", 0.95);
        choices.addObject().put("type", "string").put("pattern", "^0?\\.[0-9]{1,6}$");
      }
      case RETRIES -> {
        node.put("type", "integer").put("minimum", 0).put("maximum", 20);
        choices.addObject().put("type", "string").put("pattern", "^[0-9]{1,10}$");
      }
      case MODELS -> {
        node.put("type", "string");
        choices
            .addObject()
            .put("type", "array")
            .put("maxItems", 8)
            .putObject("items")
            .put("type", "string");
      }
      case EFFORT ->
          node.putArray("enum").add("none").add("low").add("medium").add("high").add("max");
      case PULL -> node.putArray("enum").add("ask").add("never").add("when-missing");
      case WHEN_ABSENT -> node.putArray("enum").add("deny").add("wait");
      case UNKNOWN_EFFECTS -> node.putArray("enum").add("ask").add("tell-model").add("fail");
      case API -> node.putArray("enum").add("auto").add("responses").add("chat");
      case EXECUTION -> node.putArray("enum").add("auto").add("sandbox").add("local");
      case NETWORK -> node.put("type", "string");
      case PROCESSES -> {
        node.put("type", "integer").put("minimum", 16).put("maximum", 65_536);
        choices.addObject().put("type", "string").put("pattern", "^[0-9]{2,5}$");
      }
      case SIZE -> node.put("type", "string").put("pattern", "^[0-9]{1,7}(m|g)$");
      case FOLDERS -> node.put("type", "string");
      case PERMISSION_MODE ->
          node.putArray("enum").add("ask").add("allow-edits").add("plan").add("deny");
      case ENGINE -> node.putArray("enum").add("embedded").add("temporal");
      case LOG_LEVEL -> node.putArray("enum").add("debug").add("info").add("warning").add("error");
      case LISTEN ->
          node.put("type", "string")
              .put("pattern", "^([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$");
      case WORD -> node.put("type", "string").put("pattern", "^[A-Za-z0-9._:/-]{1,200}$");
      case WEB, HOSTS, FILE -> node.put("type", "string");
      case SWITCH -> node.putArray("enum").add("on").add("off");
      case RULES -> rules(choices, node);
      case HOOKS -> hooks(choices, node);
      case MONEY -> {
        node.put("type", "number").put("exclusiveMinimum", 0);
        choices.addObject().put("type", "string").put("pattern", "^[0-9]{1,9}(\\.[0-9]{1,6})?$");
      }
      case DEPTH -> {
        node.put("type", "integer").put("minimum", 0).put("maximum", 5);
        choices.addObject().put("type", "string").put("pattern", "^[0-5]$");
      }
      case PRIORITY -> {
        node.put("type", "integer").put("minimum", 1).put("maximum", 5);
        choices.addObject().put("type", "string").put("pattern", "^[1-5]$");
      }
      case DURATION -> node.put("type", "string").put("pattern", "^[0-9]{1,7}(ms|s|m|h)$");
    }
  }
}

package ai.stigmer.config;

import java.util.List;

/**
 * One row of the settings table.
 *
 * @param key the key in the file and in explain, for example {@code llm.model}
 * @param variables environment variables, the strongest first
 * @param flags flags of the command line, the main one last; empty when there is none
 * @param requestable whether one execution may ask for it
 * @param doc one line for the reference
 */
record Setting(
    String key,
    Kind kind,
    List<Variable> variables,
    List<String> flags,
    boolean requestable,
    String doc) {

  /** What a value looks like, and what an empty one means. */
  enum Kind {
    MODE("local or cloud"),
    PROVIDER("ollama, anthropic or openai"),
    MODEL("a model, or provider/model"),
    URL("an http or https URL"),
    SECRET("a secret"),
    COUNT("a whole number of at least 1"),
    TEMPERATURE("a number from 0.0 to 2.0"),
    RETRIES("a whole number from 0 to 20"),
    SHARE("a number from 0.1 to 0.95"),
    MODELS("models as provider/model, separated by commas, at most 8"),
    EFFORT("none, low, medium, high or max"),
    API("auto, responses or chat"),
    PULL("ask, never or when-missing"),
    EXECUTION("auto, sandbox or local"),
    NETWORK(
        "none, open or hosts with a dot or a port such as github.com,*.example.org:8443, at most 64"),
    PROCESSES("a whole number from 16 to 65536"),
    SIZE("a size from 16m to 1024g, such as 512m or 4g"),
    FOLDERS("absolute folders, separated by colons, at most 32"),
    DURATION("a duration such as 500ms, 3s or 5m, at most 24h"),
    MONEY("an amount of US dollars such as 2.50, above 0"),
    DEPTH("a whole number from 0 to 5"),
    PRIORITY("a whole number from 1 to 5"),
    DATABASE("postgresql://USER@HOST/DATABASE or the name of a file"),
    WHEN_ABSENT("deny or wait"),
    UNKNOWN_EFFECTS("ask, tell-model or fail"),
    PERMISSION_MODE("ask, allow-edits, plan or deny"),
    ENGINE("embedded or temporal"),
    LOG_LEVEL("debug, info, warning or error"),
    WORD("one word of letters, digits and . : _ - /, at most 200"),
    RULES("rules such as execute(git status *) or edit(src/**), separated by semicolons"),
    HOOKS("a command for sh -c"),
    WEB("HOST:PORT, or an http or https URL without a path, such as https://agents.example.com"),
    HOSTS("host names, each with a port if need be, separated by commas, at most 32"),
    LISTEN("HOST:PORT"),
    FILE("the name of a file or a folder"),
    SWITCH("on or off, or true or false");

    private final String expected;

    Kind(String expected) {
      this.expected = expected;
    }

    String expected() {
      return expected;
    }

    /** Whether an empty value clears the setting instead of counting as not set. */
    boolean emptyClears() {
      return switch (this) {
        case PROVIDER, MODEL, URL, MODELS, FOLDERS, RULES, HOOKS, WEB -> true;
        case MODE, SECRET, COUNT, TEMPERATURE, RETRIES, EFFORT, API, PULL, DURATION -> false;
        case EXECUTION, NETWORK, PROCESSES, SIZE, MONEY, DEPTH, SHARE, PRIORITY -> false;
        case DATABASE, HOSTS, LISTEN, FILE, SWITCH -> false;
        case WHEN_ABSENT, UNKNOWN_EFFECTS, PERMISSION_MODE, ENGINE, WORD, LOG_LEVEL -> false;
      };
    }
  }

  /**
   * An environment variable.
   *
   * @param provider the only provider that it is for; empty when it is for whichever is chosen
   * @param form whether the value stands in the variable or in a file that it names
   */
  record Variable(String name, String provider, Form form) {
    static Variable of(String name) {
      return new Variable(name, "", Form.VALUE);
    }

    static Variable of(String name, String provider) {
      return new Variable(name, provider, Form.VALUE);
    }
  }

  /** How a variable or flag carries its value. */
  enum Form {
    VALUE,
    FILE_NAME
  }

  Setting {
    variables = List.copyOf(variables);
    flags = List.copyOf(flags);
  }

  /** A value that it could have. */
  String example() {
    return switch (kind) {
      case MODE -> "local";
      case PROVIDER -> "ollama";
      case MODEL -> "qwen2.5-coder:7b";
      case URL -> "http://localhost:11434";
      case SECRET -> "${env:NAME}";
      case COUNT -> key.startsWith("llm.") ? "8192" : "50";
      case TEMPERATURE -> "0.2";
      case RETRIES -> "4";
      case SHARE -> "0.6";
      case MODELS -> "anthropic/claude-sonnet-5-5,ollama/qwen3:8b";
      case EFFORT -> "medium";
      case API -> "auto";
      case PULL -> "when-missing";
      case EXECUTION -> "sandbox";
      case NETWORK -> "open";
      case PROCESSES -> "512";
      case SIZE -> "4g";
      case FOLDERS -> "/opt/tools";
      case WHEN_ABSENT -> "wait";
      case UNKNOWN_EFFECTS -> "ask";
      case PERMISSION_MODE -> "plan";
      case ENGINE -> "temporal";
      case WORD ->
          switch (key) {
            case SettingsTable.TEMPORAL_ADDRESS -> "localhost:7233";
            case SettingsTable.WORKSPACE_STORE -> "/mnt/stigmer";
            case SettingsTable.WORKER_WORKSPACES -> "./workspace";
            case SettingsTable.WORKER_SANDBOX -> "filesystem";
            case SettingsTable.TELEMETRY_ENDPOINT -> "http://localhost:4318";
            case SettingsTable.TELEMETRY_TRACES_ENDPOINT -> "http://localhost:4318/v1/traces";
            case SettingsTable.TELEMETRY_PROTOCOL -> "http/protobuf";
            default -> "stigmer";
          };
      case LOG_LEVEL -> "warning";
      case RULES -> "execute(git status *);edit(src/**)";
      case HOOKS -> "~/bin/notify";
      case WEB -> "http://127.0.0.1:7234";
      case HOSTS -> "agents.example.com";
      case LISTEN -> "127.0.0.1:7234";
      case FILE -> "/etc/stigmer/" + key.substring(key.lastIndexOf('.') + 1);
      case SWITCH -> "on";
      case DURATION -> "90s";
      case MONEY -> "2.50";
      case DEPTH -> "1";
      case PRIORITY -> "2";
      case DATABASE -> "postgresql://stigmer@localhost/stigmer";
    };
  }

  /** Whether it holds, or may hold, what must not be seen. */
  boolean secret() {
    return kind == Kind.SECRET || kind == Kind.DATABASE;
  }
}

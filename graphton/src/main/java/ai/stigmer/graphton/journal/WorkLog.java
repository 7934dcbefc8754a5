package ai.stigmer.graphton.journal;

import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/**
 * What the built-in tools did in a run, as the calls and their results say, not as a model
 * remembers it. Each list holds every thing once, the latest last, and no more than {@value #MOST}
 * of them.
 *
 * @param read files that were read
 * @param changed files that were written or edited
 * @param commands commands that were run
 */
public record WorkLog(List<String> read, List<String> changed, List<String> commands) {
  static final int MOST = 100;
  private static final int LONGEST = 300;

  /** Nothing was done. */
  public static final WorkLog NOTHING = new WorkLog(List.of(), List.of(), List.of());

  private static final ObjectMapper JSON = new ObjectMapper();

  public WorkLog {
    read = List.copyOf(read);
    changed = List.copyOf(changed);
    commands = List.copyOf(commands);
  }

  /** The same with one more call. What was refused or never started did nothing. */
  public WorkLog plus(ToolCall call, ToolResult result) {
    boolean happened =
        switch (result.status()) {
          case OK, UNKNOWN -> true;
          case ERROR -> call.name().equals("execute");
          case DENIED, NOT_RUN -> false;
        };
    if (!happened) {
      return this;
    }
    return switch (call.name()) {
      case "read_file" -> new WorkLog(with(read, call, "file_path"), changed, commands);
      case "write_file", "edit_file" ->
          new WorkLog(read, with(changed, call, "file_path"), commands);
      case "execute" -> new WorkLog(read, changed, with(commands, call, "command"));
      default -> this;
    };
  }

  /**
   * The lists for a model; empty when nothing was done.
   *
   * @param most characters, about; what was done last is named first of all
   */
  public String inWords(int most) {
    var text = new StringBuilder();
    list(text, "Files read", read, most / 3);
    list(text, "Files changed", changed, most / 3);
    list(text, "Commands run", commands, most / 3);
    return text.toString();
  }

  private static void list(StringBuilder text, String title, List<String> things, int most) {
    int first = things.size();
    for (int left = most; first > 0 && left >= things.get(first - 1).length(); first--) {
      left -= things.get(first - 1).length();
    }
    List<String> shown = things.subList(first, things.size());
    if (!shown.isEmpty()) {
      boolean all = first == 0 && things.size() < MOST;
      text.append(title).append(all ? ":\n" : " (the latest " + shown.size() + "):\n");
      shown.forEach(thing -> text.append("- ").append(thing).append('\n'));
    }
  }

  private static List<String> with(List<String> things, ToolCall call, String argument) {
    String thing = argument(call, argument);
    if (thing.isBlank()) {
      return things;
    }
    var more = new ArrayList<>(things);
    more.remove(thing);
    more.add(thing);
    return more.subList(Math.max(0, more.size() - MOST), more.size());
  }

  private static String argument(ToolCall call, String name) {
    try {
      JsonNode value = JSON.readTree(call.arguments()).path(name);
      String line = value.asText("").strip().replaceAll("\\s*\\R\\s*", " ⏎ ");
      return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    } catch (JsonProcessingException e) {
      return "";
    }
  }
}

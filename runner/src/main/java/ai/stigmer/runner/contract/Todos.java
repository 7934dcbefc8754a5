package ai.stigmer.runner.contract;

import ai.stigmer.agentic.agentexecution.v1.TodoItem;
import ai.stigmer.agentic.agentexecution.v1.TodoStatus;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** The agent's list of things to do, from the call that wrote it. */
final class Todos {
  static final String TOOL = "write_todos";

  private Todos() {}

  /**
   * The list by id; ids count from 1 in the order of the list.
   *
   * @param before the list before it: what stays keeps the time of its making
   */
  static Map<String, TodoItem> of(String arguments, Map<String, TodoItem> before, String now) {
    var items = new LinkedHashMap<String, TodoItem>();
    for (JsonNode todo : Structs.parse(arguments).path("todos")) {
      String id = String.valueOf(items.size() + 1);
      String content = todo.path("content").asText();
      TodoStatus status = status(todo.path("status").asText());
      TodoItem old = before.getOrDefault(id, TodoItem.getDefaultInstance());
      boolean same = old.getContent().equals(content);
      items.put(
          id,
          TodoItem.newBuilder()
              .setId(id)
              .setContent(content)
              .setStatus(status)
              .setCreatedAt(same ? old.getCreatedAt() : now)
              .setUpdatedAt(same && old.getStatus() == status ? old.getUpdatedAt() : now)
              .build());
    }
    return items;
  }

  private static TodoStatus status(String text) {
    return switch (text) {
      case "completed" -> TodoStatus.TODO_COMPLETED;
      case "in_progress" -> TodoStatus.TODO_IN_PROGRESS;
      case "cancelled" -> TodoStatus.TODO_CANCELLED;
      default -> TodoStatus.TODO_PENDING;
    };
  }
}

package ai.stigmer.models.openai;

import ai.stigmer.graphton.message.ToolCall;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tool calls from the pieces that servers send. By the book a piece names its call by index and
 * only the first brings id and name. Some servers give every call the index 0, no index, no id, or
 * the whole call in one piece; some send arguments as an object.
 */
final class ChatCalls {

  /** A call so far. */
  private static final class Piecewise {
    private final ObjectNode node = Json.NODES.objectNode();
    private final StringBuilder arguments = new StringBuilder();
    private final JsonNode index;
    private String id = "";
    private String name = "";

    Piecewise(JsonNode index) {
      this.index = index;
    }
  }

  private final List<Piecewise> calls = new ArrayList<>();

  void add(JsonNode piece) {
    Piecewise call = of(piece);
    JsonNode function = piece.path("function");
    call.id = call.id.isEmpty() ? Json.text(piece, "id") : call.id;
    call.name = call.name.isEmpty() ? Json.text(function, "name") : call.name;
    JsonNode arguments = function.path("arguments");
    call.arguments.append(arguments.isObject() ? arguments.toString() : arguments.asText(""));
    for (var field : piece.properties()) {
      if (!field.getKey().equals("index") && !field.getKey().equals("function")) {
        call.node.set(field.getKey(), field.getValue().deepCopy());
      }
    }
  }

  /** The call that a piece belongs to, a new one where it begins one. */
  private Piecewise of(JsonNode piece) {
    Optional<Piecewise> open =
        piece.path("index").isNumber()
            ? calls.reversed().stream()
                .filter(call -> call.index.equals(piece.path("index")))
                .findFirst()
            : calls.reversed().stream().findFirst();
    if (open.isPresent() && !begins(piece, open.get())) {
      return open.get();
    }
    Piecewise begun = new Piecewise(piece.path("index"));
    calls.add(begun);
    return begun;
  }

  private static boolean begins(JsonNode piece, Piecewise open) {
    String id = Json.text(piece, "id");
    if (!id.isEmpty() && !open.id.isEmpty()) {
      return !id.equals(open.id);
    }
    String name = Json.text(piece.path("function"), "name");
    return !name.isEmpty()
        && !open.name.isEmpty()
        && (!name.equals(open.name) || Json.isObject(open.arguments.toString()));
  }

  /**
   * The calls with ids of their own.
   *
   * @param cut whether the answer was cut, so that the last call may be a piece of one
   */
  List<ToolCall> finish(CallIds ids, boolean cut) {
    if (cut && !calls.isEmpty() && !Json.isObject(calls.getLast().arguments.toString())) {
      calls.removeLast();
    }
    List<ToolCall> finished = new ArrayList<>();
    for (Piecewise call : calls) {
      call.id = ids.take(call.id);
      String arguments = call.arguments.toString();
      finished.add(
          new ToolCall(
              Json.whole(call.id),
              Json.whole(call.name),
              arguments.isBlank() ? "{}" : Json.whole(arguments)));
    }
    return finished;
  }

  /** The calls as they go back, after {@link #finish}. */
  ArrayNode raw() {
    ArrayNode raw = Json.NODES.arrayNode();
    for (Piecewise call : calls) {
      ObjectNode node = call.node;
      node.put("id", call.id);
      node.put("type", "function");
      ObjectNode function = node.putObject("function");
      function.put("name", ToolNames.sendable(call.name));
      function.put("arguments", sendable(call.arguments.toString()));
      raw.add(node);
    }
    return raw;
  }

  /** Servers that read the arguments of earlier calls refuse every later request over bad ones. */
  static String sendable(String arguments) {
    return Json.isObject(arguments) ? arguments : "{}";
  }
}

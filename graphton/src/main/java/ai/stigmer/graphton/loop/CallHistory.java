package ai.stigmer.graphton.loop;

import ai.stigmer.graphton.message.ToolCall;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The latest tool calls, for noticing a model that goes in circles. Two calls are the same when
 * they name the same tool with the same arguments, white space in the JSON aside.
 *
 * <p>The limits are the seeds': a warning at the third same call in a row, the end at five same
 * calls within ten.
 */
public final class CallHistory {
  static final int WARN_IN_A_ROW = 3;
  static final int STOP_COUNT = 5;
  static final int STOP_WINDOW = 10;

  static final CallHistory EMPTY = new CallHistory(List.of());

  private static final int KEPT = 64;
  private static final ObjectMapper JSON = new ObjectMapper();

  private record Made(String id, String signature) {}

  private final List<Made> calls;

  private CallHistory(List<Made> calls) {
    this.calls = calls;
  }

  CallHistory plus(List<ToolCall> more) {
    if (more.isEmpty()) {
      return this;
    }
    var longer = new ArrayList<>(calls);
    more.forEach(call -> longer.add(new Made(call.id(), signature(call))));
    return new CallHistory(
        List.copyOf(longer.subList(Math.max(0, longer.size() - KEPT), longer.size())));
  }

  /** Whether one call was made five times within the last ten. */
  public boolean isStuck() {
    List<String> window =
        calls.subList(Math.max(0, calls.size() - STOP_WINDOW), calls.size()).stream()
            .map(Made::signature)
            .toList();
    return window.stream().anyMatch(call -> Collections.frequency(window, call) >= STOP_COUNT);
  }

  /** How many same calls in a row end with this one; 0 when it is not among the latest. */
  public int inARow(String callId) {
    int last = calls.size() - 1;
    while (last >= 0 && !calls.get(last).id().equals(callId)) {
      last--;
    }
    int first = last;
    while (first >= 0 && calls.get(first).signature().equals(calls.get(last).signature())) {
      first--;
    }
    return last - first;
  }

  private static String signature(ToolCall call) {
    String arguments = call.arguments();
    try {
      arguments = JSON.readTree(arguments).toString();
    } catch (JsonProcessingException e) {
      // Arguments that are no JSON are compared as they were written.
    }
    return call.name() + ' ' + arguments;
  }
}

package ai.stigmer.server.events;

import ai.stigmer.graphton.event.AgentEvent;
import ai.stigmer.server.events.Tail.Numbered;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Text that has streamed in many pieces, told in few: the same text in the same place. */
final class JoinedText {
  /** In characters; more is told in several pieces. */
  static final int LONGEST = 16_384;

  private JoinedText() {}

  /** Whether an event is a piece of text, of the run or of a sub-agent. */
  static boolean isText(AgentEvent event) {
    return event instanceof AgentEvent.Child child
        ? isText(child.event())
        : event instanceof AgentEvent.TextDelta || event instanceof AgentEvent.ThinkingDelta;
  }

  /** The events with pieces that follow each other joined; each has the last one's number. */
  static List<Numbered> of(List<Numbered> events) {
    var joined = new ArrayList<Numbered>();
    int begin = 0;
    while (begin < events.size()) {
      int end = end(events, begin);
      joined.add(end == begin + 1 ? events.get(begin) : join(events.subList(begin, end)));
      begin = end;
    }
    return joined;
  }

  /** Behind the last one that is joined with the first. */
  private static int end(List<Numbered> events, int begin) {
    AgentEvent first = events.get(begin).event();
    int length = text(first).length();
    int end = begin + 1;
    while (end < events.size() && isContinued(first, events.get(end).event())) {
      length += text(events.get(end).event()).length();
      if (length > LONGEST) {
        break;
      }
      end++;
    }
    return end;
  }

  private static boolean isContinued(AgentEvent first, AgentEvent next) {
    return switch (first) {
      case AgentEvent.TextDelta one ->
          next instanceof AgentEvent.TextDelta other && one.turn() == other.turn();
      case AgentEvent.ThinkingDelta one ->
          next instanceof AgentEvent.ThinkingDelta other && one.turn() == other.turn();
      case AgentEvent.Child one ->
          next instanceof AgentEvent.Child other
              && one.runId().equals(other.runId())
              && isContinued(one.event(), other.event());
      default -> false;
    };
  }

  private static Numbered join(List<Numbered> pieces) {
    String text = pieces.stream().map(piece -> text(piece.event())).collect(Collectors.joining());
    return new Numbered(pieces.getLast().number(), with(pieces.getLast().event(), text));
  }

  private static String text(AgentEvent event) {
    return switch (event) {
      case AgentEvent.TextDelta delta -> delta.text();
      case AgentEvent.ThinkingDelta delta -> delta.text();
      case AgentEvent.Child child -> text(child.event());
      default -> "";
    };
  }

  private static AgentEvent with(AgentEvent event, String text) {
    return switch (event) {
      case AgentEvent.TextDelta delta -> new AgentEvent.TextDelta(delta.turn(), text);
      case AgentEvent.ThinkingDelta delta -> new AgentEvent.ThinkingDelta(delta.turn(), text);
      case AgentEvent.Child child ->
          new AgentEvent.Child(
              child.call(), child.runId(), child.agent(), with(child.event(), text));
      default -> throw new IllegalArgumentException("no text: " + event);
    };
  }
}

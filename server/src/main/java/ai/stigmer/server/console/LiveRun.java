package ai.stigmer.server.console;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.runner.VisibleText;
import ai.stigmer.runner.contract.StatusMerge;
import ai.stigmer.server.console.page.RunRow;
import ai.stigmer.server.console.page.Standing;
import ai.stigmer.server.console.story.Item;
import ai.stigmer.server.console.story.Story;
import ai.stigmer.server.events.RunEvents;
import ai.stigmer.server.events.Sink;
import ai.stigmer.server.events.SseWriter;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What happens in a run, told to its page: parts of the page where the journal has grown, and bare
 * text while a turn streams.
 */
final class LiveRun {
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);

  private final Sources sources;
  private final RunPages pages;

  LiveRun(Sources sources, RunPages pages) {
    this.sources = sources;
    this.pages = pages;
  }

  HttpResponse serve(Asked asked) {
    AgentExecution execution = sources.executions().get(asked.path("id"));
    List<Recorded> entries = sources.entries(asked.path("id"));
    String last = asked.ctx().request().headers().get("last-event-id", asked.query("after"));
    long newest = entries.isEmpty() ? 0 : entries.getLast().seq();
    long after = last.matches("[0-9]{1,18}") ? Math.min(newest, Long.parseLong(last)) : 0;
    if (after == newest && StatusMerge.isTerminal(execution.getStatus().getPhase())) {
      return HttpResponse.of(HttpStatus.NO_CONTENT);
    }
    var story = new Story(sources.prices());
    entries.stream().filter(entry -> entry.seq() <= after).forEach(story::add);
    story.takeChanged();
    var writer = new SseWriter(asked.ctx());
    var teller = new Teller(asked.path("id"), story, asked.mayRun(), writer);
    RunEvents events = RunEvents.follow(sources.events(), execution, after, HEARTBEAT, teller);
    writer.whenGone(events::close);
    return writer.response();
  }

  /** Tells one page; the journal is read on where its story ends. */
  private final class Teller implements Sink {
    private final String run;
    private final Story story;
    private final boolean mayRun;
    private final SseWriter writer;
    private @Nullable Standing shown;

    private Teller(String run, Story story, boolean mayRun, SseWriter writer) {
      this.run = run;
      this.story = story;
      this.mayRun = mayRun;
      this.writer = writer;
    }

    /**
     * A run begins to be driven, and to wait, without an entry that says so; the page may be older.
     */
    private void standing() throws Gone {
      if (pages.head(run).standing() != shown) {
        write("parts", parts(List.of(), List.of()), story.seq());
      }
    }

    @Override
    public void event(ObjectNode event, long seq) throws Gone {
      String type = event.path("type").asText();
      if (seq > story.seq()) {
        readOn();
        return;
      }
      if (!type.endsWith("_CONTENT")) {
        standing();
      }
      if (seq == 0 && type.equals("TEXT_MESSAGE_CONTENT") && !isOfUser(event)) {
        write("text", quoted(event.path("delta").asText()), 0);
      } else if (event.path("name").asText().equals("text_discarded")) {
        write("discard", quoted(""), 0);
      }
    }

    private static boolean isOfUser(ObjectNode event) {
      return event.path("messageId").asText().contains("-user-");
    }

    /** As JSON, so that it is one line, and text whatever stands in it. */
    private static String quoted(String text) {
      return JsonNodeFactory.instance.textNode(VisibleText.answer(text)).toString();
    }

    private void readOn() throws Gone {
      int known = story.size();
      sources.journal().read(run, story.seq()).forEach(story::add);
      List<Item> items = story.items();
      List<Item> changed =
          story.takeChanged().stream().filter(at -> at < known).map(items::get).toList();
      List<Item> fresh = items.subList(Math.min(known, items.size()), items.size());
      write("parts", parts(pages.filled(changed), pages.filled(fresh)), story.seq());
    }

    private String parts(List<Item> changed, List<Item> fresh) {
      RunRow head = pages.head(run);
      shown = head.standing();
      return Pages.render(
          "part/news",
          Map.of(
              "facts",
              pages.facts(head, story),
              "changed",
              changed,
              "fresh",
              fresh,
              "mayRun",
              mayRun));
    }

    @Override
    public void quiet() throws Gone {
      standing();
      writer.write(":\n\n");
    }

    /** The last state stands in the row by now. */
    @Override
    public void ended() {
      try {
        write("end", parts(List.of(), List.of()), story.seq());
      } catch (Gone e) {
        // Nobody is there to be told.
      }
      writer.close();
    }

    @Override
    public void broken() {
      writer.close();
    }

    private void write(String name, String data, long seq) throws Gone {
      writer.write(
          (seq > 0 ? "id: " + seq + "\n" : "")
              + "event: "
              + name
              + "\n"
              + data.lines().map(line -> "data: " + line + "\n").collect(Collectors.joining())
              + "\n");
    }
  }
}

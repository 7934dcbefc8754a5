package ai.stigmer.server.console;

import ai.stigmer.graphton.error.Problem;
import ai.stigmer.graphton.journal.EntryCodec;
import ai.stigmer.graphton.journal.Recorded;
import ai.stigmer.graphton.subagent.ChildIds;
import ai.stigmer.runner.VisibleText;
import ai.stigmer.server.console.page.Choice;
import ai.stigmer.server.console.page.ConfigurationView;
import ai.stigmer.server.console.page.ConfigurationView.Setting;
import ai.stigmer.server.console.page.JournalView;
import ai.stigmer.server.console.story.Passage;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is recorded of a run: its configuration with origins, and its journal entry by entry. */
final class RunRecords {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PAGE = 100;
  private static final int GIST = 140;
  private static final int LONGEST = 1_000_000;

  private final Sources sources;
  private final RunPages pages;

  RunRecords(Sources sources, RunPages pages) {
    this.sources = sources;
    this.pages = pages;
  }

  HttpResponse configuration(Asked asked) {
    String id = asked.path("id");
    JsonNode environment = tree(sources.story(id).environment());
    JsonNode configuration = environment.path("configuration");
    var chosen = new ArrayList<Setting>();
    var defaults = new ArrayList<Setting>();
    if (configuration.has("mode")) {
      add(setting("mode", configuration.path("mode")), chosen, defaults);
    }
    configuration
        .path("settings")
        .forEach(setting -> add(setting(setting.path("key").asText(), setting), chosen, defaults));
    var notes = new ArrayList<String>();
    configuration.path("notes").forEach(note -> notes.add(note.asText()));
    var view = new ConfigurationView(pages.head(id), chosen, defaults, notes, around(environment));
    return Pages.page(HttpStatus.OK, "configuration", asked.frame("Configuration", "runs"), view);
  }

  private static void add(Setting setting, List<Setting> chosen, List<Setting> defaults) {
    (setting.layer().equals("default") || setting.value().equals("–") ? defaults : chosen)
        .add(setting);
  }

  private static Setting setting(String key, JsonNode json) {
    String value = json.hasNonNull("value") ? json.path("value").asText() : "–";
    String resolved = json.path("resolved").asText();
    String print = json.path("fingerprint").asText();
    var lost = new ArrayList<String>();
    json.path("shadowed")
        .forEach(
            loser ->
                lost.add(
                    loser.path("value").asText()
                        + " · "
                        + loser.path("layer").asText()
                        + " · "
                        + loser.path("location").asText()
                        + " ("
                        + loser.path("reason").asText()
                        + ")"));
    return new Setting(
        key,
        value
            + (resolved.isEmpty() || resolved.equals(value) ? "" : " → " + resolved)
            + (print.isEmpty() ? "" : " (" + print + ")"),
        json.path("layer").asText(),
        json.path("location").asText(),
        lost);
  }

  private static List<Choice> around(JsonNode environment) {
    var around = new ArrayList<Choice>();
    around.add(new Choice("Workspace", environment.path("workspace").asText("–")));
    JsonNode execution = environment.path("execution");
    around.add(
        new Choice(
            "Commands",
            execution.path("sandboxed").asBoolean()
                ? "in a sandbox, "
                    + (execution.path("network_open").asBoolean() ? "with" : "without")
                    + " network"
                : "without a sandbox"));
    around.add(new Choice("Most turns", environment.path("max_turns").asText("–")));
    return around;
  }

  /** Of a run, or of a sub-agent's run below it. */
  HttpResponse journal(Asked asked) {
    List<Recorded> entries = sources.entries(asked.path("id"));
    int count = Math.max(1, (entries.size() + PAGE - 1) / PAGE);
    int page = asked.page() == 0 ? 1 : Math.min(count, asked.page());
    int first = (page - 1) * PAGE;
    var view =
        new JournalView(
            pages.head(ChildIds.root(asked.path("id"))),
            asked.path("id"),
            entries.subList(first, Math.min(entries.size(), first + PAGE)).stream()
                .map(RunRecords::row)
                .toList(),
            page,
            count,
            Optional.empty());
    return Pages.page(HttpStatus.OK, "journal", asked.frame("Journal", "runs"), view);
  }

  /** Of a run, or of a sub-agent's run below it. */
  HttpResponse entry(Asked asked) {
    String number = asked.path("seq");
    Recorded recorded =
        sources.entries(asked.path("id")).stream()
            .filter(one -> String.valueOf(one.seq()).equals(number))
            .findFirst()
            .orElseThrow(
                () ->
                    Problem.of("E560", Problem.Category.USAGE, "there is no such journal entry")
                        .asException());
    var whole =
        new JournalView.Whole(
            row(recorded), Passage.json(EntryCodec.encode(recorded.entry()), LONGEST));
    String run = asked.path("id");
    var view =
        new JournalView(pages.head(ChildIds.root(run)), run, List.of(), 1, 1, Optional.of(whole));
    return Pages.page(HttpStatus.OK, "entry", asked.frame("Journal entry " + number, "runs"), view);
  }

  private static JournalView.Row row(Recorded recorded) {
    String encoded = EntryCodec.encode(recorded.entry());
    String kind = recorded.entry().getClass().getSimpleName();
    return new JournalView.Row(
        recorded.seq(), recorded.time(), kind, VisibleText.line(encoded, GIST));
  }

  private static JsonNode tree(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      // A run of the library may journal any text.
      return JSON.missingNode();
    }
  }
}

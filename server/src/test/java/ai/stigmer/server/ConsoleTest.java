package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.agentic.agentexecution.v1.AgentExecution;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionSpec;
import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import ai.stigmer.agentic.agentexecution.v1.ExecutionPhase;
import ai.stigmer.commons.apiresource.ApiResourceMetadata;
import ai.stigmer.graphton.journal.JournalEntry;
import ai.stigmer.graphton.journal.JournalWriter;
import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.StopReason;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.message.Usage;
import ai.stigmer.testkit.Await;
import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.Answer.Call;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.select.Elements;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the console's pages say and do, as a browser without scripts has them. */
@Timeout(240)
class ConsoleTest {
  private static final String HOSTILE =
      "</script><script>alert(1)</script><img src=x onerror=alert(2)> \"'><a href=javascript:alert(3)>x</a>"
          + " \u202etxt.exe \u001b[2J\u001b]0;owned\u0007 \u2066hidden\u2069 ";

  @TempDir Path folder = Path.of("");

  private static List<String> texts(Elements elements) {
    return elements.eachText();
  }

  @Test
  void aRunIsShownWithWhatWasSaidCalledSpentAndLeftToDo() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, ConsoleScenes.tidying());
        ConsoleVisitor visitor = ConsoleVisitor.in(tour.server)) {
      String run = tour.run(tour.agent("Keeper", "You look after files."), "Tidy up.");

      Document page = visitor.page("/console/runs/" + run);

      assertThat(texts(page.select("#items > .item > .said .text"))).containsExactly("Tidy up.");
      assertThat(texts(page.select("#items > .item > .call > details > summary .tool")))
          .containsExactly("write_todos", "ls", "read_file", "task", "write_todos");
      assertThat(texts(page.select("#items > .item > .call > details > summary .state")))
          .containsExactly("ok", "ok", "error", "ok", "ok");
      assertThat(page.select("#items > .item > .call > details > summary .took").eachText())
          .hasSize(5);
      assertThat(page.select(".call .io").get(1).text()).contains("\"path\" : \"/\"", "No files");
      assertThat(texts(page.select(".child .answer .text")))
          .containsExactly("There are no notes older than a month.");
      assertThat(texts(page.select(".todos li"))).hasSize(3).allMatch(t -> t.endsWith("completed"));
      assertThat(page.select("#facts dl").text())
          .isEqualTo("Model ollama/qwen2.5-coder:7b Turns 4 Tokens 6,845 in, 272 out Cost free");
      assertThat(page.select("#facts .standing").text()).isEqualTo("✓ completed");
      String child = page.expectFirst(".childhead a").attr("href");
      assertThat(visitor.page(child).select(".call .tool").text()).isEqualTo("glob");
    }
  }

  @Test
  void theConfigurationOfARunIsShownValueByValueWithItsOrigin() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("fine"));
        ConsoleVisitor visitor = ConsoleVisitor.in(tour.server)) {
      String run = tour.run(tour.agent("Keeper", "You look after files."), "Hello.");

      Document page = visitor.page("/console/runs/" + run + "/configuration");

      assertThat(texts(page.select("table").get(0).select("tbody tr")))
          .contains(
              "approvals.when_absent wait env STIGMER_APPROVALS_WHEN_ABSENT",
              "permissions.mode ask env STIGMER_PERMISSION_MODE");
      assertThat(texts(page.select("table").get(1).select("tbody tr")))
          .contains("llm.model qwen2.5-coder:7b default provider=ollama");
      Document journal = visitor.page("/console/runs/" + run + "/journal");
      assertThat(texts(journal.select("tbody td:nth-child(3)")))
          .containsExactly("RunStarted", "RunResumed", "Turn", "RunFinished");
      assertThat(visitor.page("/console/runs/" + run + "/journal/3").select(".mono").text())
          .contains("\"type\" : \"turn\"", "fine");
    }
  }

  @Test
  void hostileTextStaysTextOnEveryPage() throws Exception {
    String arguments = "{\"path\":" + Chromium.quoted(HOSTILE) + "}";
    try (ConsoleTour tour =
            ConsoleTour.of(
                folder,
                Answer.empty()
                    .andThinking(HOSTILE)
                    .andText(HOSTILE + "x".repeat(25_000))
                    .andCalls(
                        Call.bare("ls", arguments),
                        Call.bare("no<b>such", arguments),
                        Call.bare(
                            "write_todos",
                            "{\"todos\":[{\"content\":%s,\"status\":\"pending\"}]}"
                                .formatted(Chromium.quoted(HOSTILE)))),
                Answer.call(
                    "execute",
                    "{\"command\":\"touch '<script>alert(1)</script><img src=x onerror=x>'\"}"));
        ConsoleVisitor visitor = ConsoleVisitor.in(tour.server)) {
      String agent = tour.agent("Keeper " + HOSTILE, "You look after files. " + HOSTILE);
      String run = tour.run(agent, "Look: " + HOSTILE);
      String session =
          visitor.page("/console/runs/" + run).expectFirst("a[href*=/sessions/]").attr("href");

      var seen = new ArrayList<String>();
      for (String path :
          List.of(
              "/console/runs",
              "/console/runs?text=%3Cscript%3Ealert(1)%3C%2Fscript%3E&session=%22%3E%3Cb%3E",
              "/console/runs/" + run,
              "/console/runs/" + run + "/configuration",
              "/console/runs/" + run + "/journal",
              "/console/runs/" + run + "/journal/1",
              "/console/runs/" + run + "/journal/3",
              "/console/agents",
              "/console/agents/" + agent,
              "/console/sessions",
              session)) {
        Document page = visitor.page(path);
        requireHarmless(path, page);
        seen.add(page.text());
      }

      assertThat(seen.stream().filter(text -> text.contains("<script>alert(1)</script>")))
          .hasSizeGreaterThan(8);
      assertThat(seen.get(2))
          .contains("\\u202etxt.exe", "\\u001b[2J", "more characters are not shown");
    }
  }

  /** Only our own scripts, no handler, no style and no address that a text has brought. */
  private static void requireHarmless(String path, Document page) {
    for (Element script : page.select("script")) {
      assertThat(script.attr("src")).as(path).startsWith("/console/assets/");
      assertThat(script.data()).as(path).isEmpty();
    }
    assertThat(page.select("img"))
        .as(path)
        .allMatch(img -> img.attr("src").startsWith("/console/"));
    assertThat(page.select("style, iframe, object, embed, b:contains(alert)")).as(path).isEmpty();
    for (Element element : page.getAllElements()) {
      element
          .attributes()
          .forEach(
              attribute ->
                  assertThat(attribute.getKey())
                      .as(path)
                      .doesNotStartWith("on")
                      .isNotEqualTo("style"));
    }
    assertThat(page.select("[href]"))
        .as(path)
        .allMatch(link -> link.attr("href").matches("(/console/|#|\\?).*"));
    assertThat(page.outerHtml()).as(path).doesNotContain("\u202e", "\u2066", "\u001b", "\u0007");
  }

  @Test
  void anApprovalIsDecidedOnlyForTheCallThatItsPageHasShown() throws Exception {
    try (ConsoleTour tour =
            ConsoleTour.of(
                folder,
                Answer.call("execute", "{\"command\":\"rm -rf notes\"}"),
                Answer.call("execute", "{\"command\":\"touch one\"}"),
                Answer.text("done"));
        ConsoleVisitor visitor = ConsoleVisitor.in(tour.server)) {
      String run = tour.begin(tour.agent("Keeper", "You look after files."), "Tidy up.");
      assertThat(texts(awaited(visitor, "/console/runs?state=waiting").select(".task")))
          .containsExactly("Tidy up.");
      String first = "/console/approvals/" + tour.asking(visitor, run);
      String hash = visitor.page(first).expectFirst("input[name=hash]").attr("value");

      var other = visitor.post(first, Map.of("decision", "approve", "hash", "0".repeat(64)));
      assertThat(other.statusCode()).isEqualTo(400);
      assertThat(other.body()).contains("E589", "another call");

      var denied =
          visitor.post(first, Map.of("decision", "deny", "reason", "keep them", "hash", hash));
      assertThat(denied.statusCode()).isEqualTo(303);
      var again = visitor.post(first, Map.of("decision", "approve", "hash", hash));
      assertThat(again.body()).contains("E412", "decided already");

      String second = "/console/approvals/" + run + ".2";
      String next = awaited(visitor, second).expectFirst("input[name=hash]").attr("value");
      assertThat(
              visitor
                  .post(
                      second,
                      Map.of(
                          "decision",
                          "edit",
                          "arguments",
                          "{\"command\":\"touch two\"}",
                          "hash",
                          next))
                  .statusCode())
          .isEqualTo(303);
      var _ = tour.http.events(run, "");
      Document page = visitor.page("/console/runs/" + run);
      assertThat(texts(page.select(".decided")))
          .containsExactly(
              "Approval: denied: keep them, by the console (token server.token)",
              "Approval: approved with other arguments, by the console (token server.token)");
      assertThat(page.select(".call .io").get(1).text())
          .contains("as somebody changed it", "touch two");
    }
  }

  @Test
  void argumentsThatAreNoneAreRefusedInTheWordsOfAPage() throws Exception {
    try (ConsoleTour tour =
            ConsoleTour.of(folder, Answer.call("execute", "{\"command\":\"touch one\"}"));
        ConsoleVisitor visitor = ConsoleVisitor.in(tour.server)) {
      String run = tour.begin(tour.agent("Keeper", "You look after files."), "Tidy up.");
      String approval = "/console/approvals/" + tour.asking(visitor, run);
      String hash = visitor.page(approval).expectFirst("input[name=hash]").attr("value");

      var answer =
          visitor.post(
              approval, Map.of("decision", "edit", "arguments", "{\"command\":", "hash", hash));

      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(org.jsoup.Jsoup.parse(answer.body()).select("main").text())
          .contains("E416", "no JSON object", "go back")
          .doesNotContain("--edit");
    }
  }

  @Test
  void agentsThatAreNotShownAreToldOf() throws Exception {
    try (TestingServer server = TestingServer.in(folder, Map.of("STIGMER_LLM_PROVIDER", "ollama"));
        ConsoleVisitor visitor = ConsoleVisitor.in(server)) {
      for (int i = 0; i < 500; i++) {
        keep(server, "Helper " + i);
      }
      assertThat(visitor.page("/console/agents").select("main").text()).doesNotContain("newest");

      keep(server, "The last one");

      Document page = visitor.page("/console/agents");
      assertThat(page.select(".cards li")).hasSize(500);
      assertThat(page.select(".head").text()).contains("the newest 500 of 501", "GET /v1/models");
    }
  }

  private static void keep(TestingServer server, String name) {
    var _ =
        server
            .shelves()
            .agents()
            .create(
                ExecutionTest.agent().toBuilder()
                    .setMetadata(ApiResourceMetadata.newBuilder().setName(name))
                    .build());
  }

  /** A page as soon as it is there, and lists something or asks for something. */
  private static Document awaited(ConsoleVisitor visitor, String path) {
    return Await.value(
        path + " has something to see",
        () -> {
          var answer = visitor.get(path);
          Document page = org.jsoup.Jsoup.parse(answer.body());
          return Optional.of(page)
              .filter(_ -> answer.statusCode() == 200)
              .filter(_ -> !page.select(".task, input[name=hash]").isEmpty());
        });
  }

  @Test
  void runsAreBegunSteeredFilteredAndGoneOnWithFromPages() throws Exception {
    try (ConsoleTour tour =
            ConsoleTour.of(folder, Answer.text("one"), Answer.text("two"), Answer.text("three"));
        ConsoleVisitor visitor = ConsoleVisitor.in(tour.server)) {
      String keeper = tour.agent("Keeper", "You look after files.");
      String reader = tour.agent("Reader", "You read everything.");
      String first =
          begun(visitor.post("/console/runs", Map.of("agent", keeper, "message", "Alpha")));
      var _ = tour.http.events(first, "");
      String session =
          visitor.page("/console/runs/" + first).expectFirst("a[href*=/sessions/]").attr("href");
      String id = session.substring(session.lastIndexOf('/') + 1);
      String second =
          begun(visitor.post("/console/runs", Map.of("session", id, "message", "Beta")));
      var _ = tour.http.events(second, "");
      String third =
          begun(visitor.post("/console/runs", Map.of("agent", reader, "message", "Gamma")));
      var _ = tour.http.events(third, "");

      assertThat(tasks(visitor, "")).containsExactly("Gamma", "Beta", "Alpha");
      assertThat(tasks(visitor, "?agent=" + keeper)).containsExactly("Beta", "Alpha");
      assertThat(tasks(visitor, "?session=" + id + "&text=ALP")).containsExactly("Alpha");
      assertThat(tasks(visitor, "?state=failed")).isEmpty();
      assertThat(tasks(visitor, "?state=completed&before=" + third))
          .containsExactly("Beta", "Alpha");
      assertThat(texts(visitor.page(session).select(".task"))).containsExactly("Beta", "Alpha");
      assertThat(texts(visitor.page("/console/runs/" + second).select(".said .text")))
          .containsExactly("Beta");
      var late = visitor.post("/console/runs/" + first + "/messages", Map.of("message", "more"));
      assertThat(late.body()).contains("E420", "has ended");
      assertThat(visitor.post("/console/runs", Map.of("agent", keeper)).body()).contains("E561");
    }
  }

  private static String begun(java.net.http.HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
    return answer
        .headers()
        .firstValue("location")
        .orElseThrow()
        .substring("/console/runs/".length());
  }

  private static List<String> tasks(ConsoleVisitor visitor, String query) throws Exception {
    return texts(visitor.page("/console/runs" + query).select("tbody .task"));
  }

  @Test
  void aLongRunOpensAtItsEndAndIsReadByPages() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("fine"));
        ConsoleVisitor visitor = ConsoleVisitor.in(tour.server)) {
      String session =
          visitor
              .page(
                  "/console/runs/" + tour.run(tour.agent("Keeper", "You look after files."), "Hi"))
              .expectFirst("a[href*=/sessions/]")
              .attr("href");
      String run = longRun(tour, session.substring(session.lastIndexOf('/') + 1), 2_000);

      Document last = visitor.page("/console/runs/" + run);
      Document first = visitor.page("/console/runs/" + run + "?page=1");

      assertThat(last.select(".item").size()).isBetween(1, 50);
      assertThat(first.select(".item")).hasSize(50);
      assertThat(first.expectFirst(".pager").text()).contains("Page 1 of 41");
      assertThat(texts(last.select(".call .gist"))).endsWith("/step-1999");
      assertThat(visitor.page("/console/runs/" + run + "/journal").select("tbody tr")).hasSize(100);
    }
  }

  /** An execution whose journal has so many calls, one a turn. */
  private static String longRun(ConsoleTour tour, String session, int steps) {
    String id = tour.server.shelves().executions().nextId();
    var _ =
        tour.server
            .shelves()
            .executions()
            .insertWhole(
                AgentExecution.newBuilder()
                    .setSpec(
                        AgentExecutionSpec.newBuilder().setSessionId(session).setMessage("Go on."))
                    .setStatus(
                        AgentExecutionStatus.newBuilder()
                            .setPhase(ExecutionPhase.EXECUTION_COMPLETED))
                    .build(),
                id);
    var entries = new ArrayList<JournalEntry>();
    entries.add(new JournalEntry.RunStarted("Go on.", "keeper", "", "", "{}"));
    for (int i = 0; i < steps; i++) {
      var call = new ToolCall("c" + i, "ls", "{\"path\":\"/step-" + i + "\"}");
      entries.add(
          new JournalEntry.Turn(
              new ModelTurn(
                  "ollama",
                  "m",
                  "{}",
                  List.of(new Block.Call(call)),
                  Usage.NONE,
                  StopReason.TOOL_USE)));
      entries.add(new JournalEntry.ToolOutcome(call, ToolResult.ok("nothing")));
    }
    try (JournalWriter writer = tour.server.journal().create(id, "test")) {
      writer.append(entries);
    }
    return id;
  }

  @Test
  void modelsAreThoseOfTheFileAndOfTheEndpointsAndHealthSaysWhatIsDegraded() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("fine"));
        ConsoleVisitor visitor = ConsoleVisitor.in(tour.server)) {
      Document filed = visitor.page("/console/models");
      Document live = visitor.page("/console/models/live");

      assertThat(filed.select("tbody tr").size()).isGreaterThan(5);
      assertThat(filed.select(".live").text()).isBlank();
      assertThat(texts(live.select("tr:has(.live[title]) th")))
          .containsExactly("● ollama/qwen2.5-coder:7b");
      assertThat(live.select("li").text()).contains("anthropic was not asked");
      Document health = visitor.page("/console/health");
      assertThat(health.select(".badge").text()).isEqualTo("✓ ready");
      assertThat(health.select("dl").text()).contains("Storage SQLite", "Engine embedded");
    }
    Path other = Files.createDirectories(folder.resolve("other"));
    try (TestingServer server =
            TestingServer.in(other, Map.of("STIGMER_LLM_PROVIDER", "nonsense"));
        ConsoleVisitor visitor = ConsoleVisitor.in(server)) {
      Document health = visitor.page("/console/health");
      assertThat(health.select(".badge").text()).isEqualTo("! degraded");
      assertThat(health.select(".card:has(.alert)").text()).contains("configuration", "nonsense");
    }
  }
}

package ai.stigmer.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.ollama.Answer;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The console in a real browser. */
@Timeout(400)
class ConsoleBrowserTest {
  private static final String ARGUMENTS =
      "{\"command\":\"printf 'one\\\\ntwo\\\\n' > notes.txt && wc -l notes.txt\"}";

  /** Lies beside the test's classes, so that somebody can look at it. */
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  @TempDir Path folder = Path.of("");

  /** Lets a browser in as somebody at a terminal does. */
  static void enter(Chromium browser, TestingServer server) throws Exception {
    browser.go(url(server, "/console/login#" + ConsoleVisitor.code(server)));
    browser.until("location.pathname === '/console/runs' && document.readyState === 'complete'");
  }

  static String url(TestingServer server, String path) {
    return "http://127.0.0.1:" + server.port() + path;
  }

  @Test
  void textAppearsWhileItStreamsAndARunIsCancelledFromItsPage() throws Exception {
    try (ConsoleTour tour =
            ConsoleTour.of(
                folder,
                Answer.text("The ", "<b>folder</b> ", "holds ", "many ", "things ", "to ", "tell.")
                    .with(new Fault.StallAt(500)));
        Chromium browser = Chromium.start(folder)) {
      enter(browser, tour.server);
      assertThat(browser.evaluate("location.href").asText()).doesNotContain("#");
      String run = tour.begin(tour.agent("Keeper", "You look after files."), "What is here?");

      browser.open(url(tour.server, "/console/runs/" + run));
      browser.until("document.querySelector('#streamed').innerText.startsWith('The <b>folder')");
      browser.until("document.querySelector('#facts .standing').innerText.includes('running')");

      browser.evaluate("document.querySelector('.cancel').open = true");
      browser.evaluate("window.stigmerLeaving = true");
      browser.evaluate("document.querySelector('.cancel button').click()");
      browser.settled();
      browser.until("document.querySelector('#facts .standing').innerText.includes('cancelled')");
      browser.until("!document.querySelector('#say form')");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void anApprovalIsDecidedWithTheKeyboardAlone() throws Exception {
    try (ConsoleTour tour =
            ConsoleTour.of(
                folder, Answer.call("execute", ARGUMENTS), Answer.text("It has two lines."));
        Chromium browser = Chromium.start(folder)) {
      enter(browser, tour.server);
      String run = tour.begin(tour.agent("Keeper", "You look after files."), "Count the lines.");
      browser.open(url(tour.server, "/console/runs/" + run));
      browser.until("!!document.querySelector('.call .ask a')");

      browser.tabTo("Review and decide");
      browser.evaluate("window.stigmerLeaving = true");
      browser.press("Enter");
      browser.settled();
      assertThat(browser.text("main")).contains("May this call run?", "wc -l notes.txt");
      browser.tabTo("Approve once");
      browser.evaluate("window.stigmerLeaving = true");
      browser.press("Enter");
      browser.settled();

      browser.until("document.querySelector('#facts .standing').innerText.includes('completed')");
      browser.until("document.querySelector('#items').innerText.includes('It has two lines.')");
      assertThat(browser.text(".call .decided")).contains("approved, by the console (token");
      assertThat(tour.server.log()).doesNotContain("\"event\":\"bug\"");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void theNameOfAnAgentIsNotBrokenWithinAWord() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, Answer.text("Done."));
        Chromium browser = Chromium.start(folder)) {
      var _ = tour.run(tour.agent("housekeeper", "You look after files."), "Tidy up. ".repeat(40));
      browser.dress("light", 1_280, 900);
      enter(browser, tour.server);

      assertThat(
              browser
                  .evaluate("document.querySelector('.runs .agent a').getClientRects().length")
                  .asInt())
          .isEqualTo(1);
    }
  }

  /** The pages by the names of their pictures. */
  private Map<String, String> pages(ConsoleTour tour, ConsoleVisitor visitor) throws Exception {
    String agent =
        tour.agent(
            "Keeper of notes",
            "You look after the notes in one folder.\nYou never delete anything without being asked.");
    String whole = tour.run(agent, "Summarise the notes of this week, and tidy the folder up.");
    String asking = tour.begin(agent, "Count the lines of my notes.");
    String approval = tour.asking(visitor, asking);
    var pages = new LinkedHashMap<String, String>();
    pages.put("runs", "/console/runs");
    pages.put("runs-filtered", "/console/runs?state=failed&text=nothing");
    pages.put("run", "/console/runs/" + whole);
    pages.put("run-asking", "/console/runs/" + asking);
    pages.put("approval", "/console/approvals/" + approval);
    pages.put("configuration", "/console/runs/" + whole + "/configuration");
    pages.put("journal", "/console/runs/" + whole + "/journal");
    pages.put("entry", "/console/runs/" + whole + "/journal/3");
    pages.put("agents", "/console/agents");
    pages.put("agent", "/console/agents/" + agent);
    pages.put("sessions", "/console/sessions");
    pages.put(
        "session",
        visitor.page("/console/runs/" + whole).expectFirst(".run a[href*=sessions]").attr("href"));
    pages.put("models", "/console/models");
    pages.put("health", "/console/health");
    pages.put("missing", "/console/runs/aex_nothing");
    return pages;
  }

  @Test
  void everyPageIsReadableInLightAndDarkAndOnANarrowScreen() throws Exception {
    Set<String> wrong = new TreeSet<>();
    try (ConsoleTour tour = ConsoleTour.of(folder, ConsoleScenes.tidying());
        ConsoleVisitor visitor = ConsoleVisitor.in(tour.server);
        Chromium browser = Chromium.start(folder)) {
      Map<String, String> pages = pages(tour, visitor);
      browser.dress("light", 1_280, 900);
      browser.open(url(tour.server, "/console/login"));
      look(browser, "login", wrong);
      enter(browser, tour.server);
      for (Map.Entry<String, String> page : pages.entrySet()) {
        browser.dress("light", 1_280, 900);
        browser.open(url(tour.server, page.getValue()));
        if (page.getKey().equals("models")) {
          browser.until("document.querySelector('#models').innerText.includes('Asked just now')");
        }
        if (page.getKey().equals("run")) {
          browser.evaluate("document.querySelectorAll('.call details')[1].open = true");
        }
        look(browser, page.getKey(), wrong);
      }
      assertThat(browser.complaints())
          .allMatch(complaint -> complaint.contains("404") && complaint.contains("aex_nothing"));
    }
    assertThat(wrong).isEmpty();
  }

  private static void look(Chromium browser, String name, Set<String> wrong) throws IOException {
    browser.screenshot(SCREENSHOTS.resolve(name + "-light.png"));
    violations(browser, name + " in light", wrong);
    browser.dress("dark", 1_280, 900);
    browser.screenshot(SCREENSHOTS.resolve(name + "-dark.png"));
    violations(browser, name + " in dark", wrong);
    browser.dress("light", 400, 800);
    browser.screenshot(SCREENSHOTS.resolve(name + "-narrow.png"));
    violations(browser, name + " on a narrow screen", wrong);
    int width = browser.evaluate("document.documentElement.scrollWidth").asInt();
    if (width > 400) {
      wrong.add(name + " is " + width + " wide on a screen of 400");
    }
  }

  /** What axe finds serious. */
  private static void violations(Chromium browser, String where, Set<String> wrong)
      throws IOException {
    browser.evaluate(axe() + "; true");
    JsonNode found =
        browser.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then(all => ({count:"
                + " all.passes.length, violations: all.violations.map(one => ({id: one.id, impact:"
                + " one.impact, where: one.nodes.map(node => node.target.join(' ')).join(', ')}))}))");
    assertThat(found.path("count").asInt()).as("rules that axe has tried").isGreaterThan(5);
    for (JsonNode one : found.path("violations")) {
      if (List.of("serious", "critical").contains(one.path("impact").asText())) {
        wrong.add(where + ": " + one);
      }
    }
  }

  private static String axe() throws IOException {
    try (InputStream in =
        ConsoleBrowserTest.class.getResourceAsStream(
            "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")) {
      return new String(requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

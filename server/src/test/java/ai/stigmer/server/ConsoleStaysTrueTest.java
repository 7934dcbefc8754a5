package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.http.Fault;
import ai.stigmer.testkit.ollama.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pages that stay open while things happen, in a real browser: they neither mislead nor disturb.
 */
@Timeout(400)
class ConsoleStaysTrueTest {
  @TempDir Path folder = Path.of("");

  @Test
  void whatAReaderHasOpenedOfASubAgentStaysOpenAndKeepsTheFocus() throws Exception {
    try (ConsoleTour tour =
            ConsoleTour.of(
                folder,
                Answer.call("task", "{\"description\":\"Look.\",\"subagent_type\":\"scout\"}"),
                Answer.call("ls", "{\"path\":\"/\"}"),
                Answer.call("execute", "{\"command\":\"true\"}"),
                Answer.text("I have looked.").with(new Fault.StallAt(500)));
        ConsoleVisitor visitor = ConsoleVisitor.in(tour.server);
        Chromium browser = Chromium.start(folder)) {
      ConsoleBrowserTest.enter(browser, tour.server);
      String run = tour.begin(tour.agent("Keeper", "You look after files."), "Look around.");
      browser.open(ConsoleBrowserTest.url(tour.server, "/console/runs/" + run));
      browser.until("!!document.querySelector('.child .call .ask a')");
      browser.evaluate("document.querySelector('.child .call details').open = true");
      browser.evaluate("document.querySelector('.child .call summary').focus()");
      String focused = browser.evaluate("document.activeElement.innerText").asText();
      assertThat(focused).contains("ls");

      String approval = "/console/approvals/" + tour.asking(visitor, run);
      String hash = visitor.page(approval).expectFirst("input[name=hash]").attr("value");
      assertThat(visitor.post(approval, Map.of("decision", "approve", "hash", hash)).statusCode())
          .isEqualTo(303);

      browser.until("!!document.querySelector('.child .call .decided')");
      assertThat(
              browser.evaluate("document.querySelector('.child .call details').open").asBoolean())
          .isTrue();
      assertThat(browser.evaluate("document.activeElement.innerText").asText()).isEqualTo(focused);
    }
  }

  @Test
  void whatAFormHasLedToIsToldOnce() throws Exception {
    try (ConsoleTour tour =
            ConsoleTour.of(
                folder,
                Answer.call("execute", "{\"command\":\"true\"}"),
                Answer.call("execute", "{\"command\":\"false\"}"));
        Chromium browser = Chromium.start(folder)) {
      ConsoleBrowserTest.enter(browser, tour.server);
      String run = tour.begin(tour.agent("Keeper", "You look after files."), "Look around.");
      browser.open(ConsoleBrowserTest.url(tour.server, "/console/runs/" + run));
      browser.until("!!document.querySelector('.call .ask a')");
      browser.open(ConsoleBrowserTest.url(tour.server, "/console/approvals/" + run + ".1"));
      browser.evaluate("window.stigmerLeaving = true");
      browser.evaluate("document.querySelector('.decide .main').click()");
      browser.settled();
      assertThat(browser.text(".notice")).contains("Decided.");
      assertThat(browser.evaluate("location.pathname + location.search + location.hash").asText())
          .isEqualTo("/console/runs/" + run + "#end");
      browser.until("!!document.querySelector('.call .ask a[href$=\".2\"]')");

      browser.evaluate("window.stigmerLeaving = true");
      browser.evaluate("location.reload()");
      browser.settled();

      assertThat(browser.text("#facts .standing")).contains("needs approval");
      assertThat(browser.text(".notice")).isEmpty();
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void aPageWhoseSessionIsOverSaysThatItIsNotToldAnyMore() throws Exception {
    try (ConsoleTour tour =
            ConsoleTour.of(
                folder,
                Answer.text("The ", "folder ", "holds ", "many ", "things ", "to ", "tell.")
                    .with(new Fault.StallAt(500)));
        Chromium browser = Chromium.start(folder)) {
      ConsoleBrowserTest.enter(browser, tour.server);
      String run = tour.begin(tour.agent("Keeper", "You look after files."), "Hi.");
      browser.until("document.querySelector('main').innerText.includes('Hi.')");
      assertThat(browser.text("main")).doesNotContain("not told any more");

      Files.writeString(tour.server.home().resolve("server.token"), "n".repeat(40) + "\n");

      browser.until("document.querySelector('main').innerText.includes('not told any more')");
      assertThat(browser.evaluate("document.querySelector('#stale').checkVisibility()").asBoolean())
          .isTrue();

      ConsoleBrowserTest.enter(browser, tour.server);
      browser.open(ConsoleBrowserTest.url(tour.server, "/console/runs/" + run));
      browser.until("document.querySelector('#facts .standing').innerText.includes('running')");
      Files.writeString(tour.server.home().resolve("server.token"), "m".repeat(40) + "\n");
      browser.until("document.querySelector('main').innerText.includes('not told any more')");
    }
  }
}

package ai.stigmer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.stigmer.testkit.ollama.Answer;
import ai.stigmer.testkit.ollama.Answer.Call;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What users, models and tools write to do something to who looks at it, in a real browser. */
@Timeout(400)
class HostilePagesTest {
  /** Markup in each place that it could break out of, then what turns, hides or colours text. */
  private static final String EVIL =
      "<script>window.pwned=1</script><img src=x onerror=\"window.pwned=1\">"
          + "\" onmouseover=\"window.pwned=1\" autofocus onfocus=\"window.pwned=1"
          + "</textarea></title></pre></details></main><h1>May this call run? Approved</h1>"
          + "<a href=\"javascript:window.pwned=1\">log in again</a><base href=\"//evil.example/\">"
          + "<form action=\"//evil.example/\"><button>Approve</button></form>"
          + "\u202Egnp.exe\u2066\u200B\u001B[31mred\u0007\u009B2J {{7*7}} ${7*7}";

  private static final String LONG = "w".repeat(5_000);

  private static final String LOOK =
      """
      (() => {
        const wrong = [];
        if (window.pwned) wrong.push('a script ran');
        if (document.querySelector('img[src=x], base, form[action*=evil], a[href^="javascript:"]')) wrong.push('markup');
        if ([...document.scripts].some(one => !one.src)) wrong.push('a script in the page');
        if ([...document.querySelectorAll('*')].some(one => [...one.attributes].some(each => each.name.startsWith('on')))) wrong.push('a handler');
        if (document.querySelectorAll('main').length !== 1 || document.querySelectorAll('h1').length !== 1) wrong.push('another page in the page');
        if (/[\\u202A-\\u202E\\u2066-\\u2069\\u200B\\u001B\\u0007\\u0080-\\u009F]/.test(document.documentElement.innerHTML)) wrong.push('signs that cannot be seen');
        if (/\\b49\\b/.test(document.title)) wrong.push('a template');
        if (document.documentElement.scrollWidth > innerWidth) wrong.push('wider than the screen: ' + document.documentElement.scrollWidth);
        return wrong.join(', ');
      })()
      """;

  @TempDir Path folder = Path.of("");

  private static Answer asking() {
    String arguments =
        JsonNodeFactory.instance
            .objectNode()
            .put("command", "printf '%b' '" + EVIL + LONG + "'")
            .toString();
    return Answer.text(EVIL + LONG).andThinking(EVIL).andCalls(Call.bare("execute", arguments));
  }

  @Test
  void nothingThatSomebodyWroteRunsBreaksOutHidesOrWidensAPage() throws Exception {
    try (ConsoleTour tour = ConsoleTour.of(folder, asking(), Answer.text(EVIL + LONG));
        ConsoleVisitor visitor = ConsoleVisitor.in(tour.server);
        Chromium browser = Chromium.start(folder)) {
      ConsoleBrowserTest.enter(browser, tour.server);
      String agent = tour.agent("<img src=x onerror=window.pwned=1>\u202Eevil", EVIL + LONG);
      String run = tour.begin(agent, EVIL + LONG);
      String approval = tour.asking(visitor, run);
      var wrong = new ArrayList<String>();
      var pages = new LinkedHashMap<String, String>();
      pages.put("a run that asks", "/console/runs/" + run);
      pages.put("an approval", "/console/approvals/" + approval);
      look(tour, browser, pages, wrong);
      assertThat(browser.text("main"))
          .contains("May this call run?", "<script>window.pwned=1</script>");

      assertThat(
              tour.http
                  .call("POST", "/api/approvals/" + approval, "{\"decision\":\"approved\"}")
                  .status())
          .isEqualTo(200);
      assertThat(tour.http.events(run, "")).isNotEmpty();
      pages.clear();
      for (String page :
          List.of(
              "runs",
              "runs/" + run,
              "runs/" + run + "/journal",
              "runs/" + run + "/journal/2",
              "runs/" + run + "/configuration",
              "agents",
              "agents/" + agent,
              "sessions")) {
        pages.put(page, "/console/" + page);
      }
      pages.put(
          "what is looked for",
          "/console/runs?text=%3Cscript%3Ewindow.pwned%3D1%3C/script%3E%22%20autofocus%20onfocus=%22window.pwned=1");
      look(tour, browser, pages, wrong);

      assertThat(wrong).isEmpty();
      assertThat(browser.complaints()).isEmpty();
      assertThat(visitor.page("/console/runs/" + run).text()).contains("gnp.exe", "[31mred");
    }
  }

  private static void look(
      ConsoleTour tour, Chromium browser, Map<String, String> pages, List<String> wrong)
      throws Exception {
    for (Map.Entry<String, String> page : pages.entrySet()) {
      for (int width : new int[] {1_280, 400}) {
        browser.dress("light", width, 900);
        browser.open(ConsoleBrowserTest.url(tour.server, page.getValue()));
        browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)");
        String found = browser.evaluate(LOOK).asText();
        if (!found.isEmpty()) {
          wrong.add(page.getKey() + " at " + width + ": " + found);
        }
      }
    }
  }
}
